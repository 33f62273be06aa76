import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from '../support/processes/child-process.ts';
import { CheckConnection, framed } from './load/check-connection.ts';
import type { Answer } from './load/read-answer.ts';
import { checkRequestOf } from './workload.ts';

const FIRST_ALLOW_MAX_MS = 15_000;
const RETRY_MS = 2;

/** A session that no other part uses. */
export const PROBE_SESSION = 1_000_000_000;

/** The instant at which a server that was just started allows the probe's session for the first time. */
export async function firstAllowAtMs(server: Running, port: number): Promise<number> {
  const giveUpAtMs = performance.now() + FIRST_ALLOW_MAX_MS;
  let last = '';
  while (server.isAlive() && performance.now() < giveUpAtMs) {
    // oxlint-disable-next-line no-await-in-loop -- it is a poll
    last = await askOnce(port, PROBE_SESSION).catch(String);
    if (last === 'allow') return performance.now();
    await sleep(RETRY_MS); // oxlint-disable-line no-await-in-loop
  }
  throw new Error(`the server did not allow anything (${last}):\n${server.log()}`);
}

/** A server's answer to one session, on a separate connection. */
export async function askOnce(port: number, session: number): Promise<Answer> {
  const connection = await CheckConnection.open(port);
  const message = framed(checkRequestOf(session, 'raw'));
  const answer = await new Promise<Answer>((resolve) => connection.ask(message, resolve));
  connection.close();
  return answer;
}
