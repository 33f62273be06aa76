import { connect } from 'node:net';
import type { NetConnectOpts } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../network/free-port.ts';
import type { Running } from '../processes/child-process.ts';

const START_MAX_MS = 50_000;
const PING_MAX_MS = 500;
const POLL_MS = 20;
const ATTEMPTS_MAX = 3;

/** The ports of a server: for clients, and for the other nodes of a Cluster. */
export interface ServerPorts {
  readonly port: number;
  readonly busPort: number;
}

/**
 * Starts a server on free ports. Another process may take a port between its choice and its use:
 * then others are tried.
 * @param start starts it on these ports; undefined if one of them was taken
 */
export async function onFreePorts(
  start: (ports: ServerPorts) => Promise<Running | undefined>,
): Promise<{ readonly ports: ServerPorts; readonly server: Running }> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    // oxlint-disable-next-line no-await-in-loop -- the next attempt only after this one
    const [port, busPort] = [await freePort(), await freePort()];
    // oxlint-disable-next-line no-await-in-loop
    const server = await start({ port, busPort });
    if (server !== undefined) return { ports: { port, busPort }, server };
  }
  throw new Error(`the server ended at its start, ${ATTEMPTS_MAX} times`);
}

/**
 * Waits until a server of Redis's protocol answers PING.
 * @param way a server that may require certificates is asked without TLS, or only for a connection
 * @returns false if its port was taken. It has ended then.
 * @throws with its log, if it never answered
 */
export async function untilItAnswers(server: Running, way: NetConnectOpts): Promise<boolean> {
  const giveUpAtMs = Date.now() + START_MAX_MS;
  while (server.isAlive() && Date.now() < giveUpAtMs) {
    // oxlint-disable-next-line no-await-in-loop -- it is a poll
    if (await isUp(way)) return true;
    // oxlint-disable-next-line no-await-in-loop
    await sleep(POLL_MS);
  }
  await server.stop();
  if (server.log().includes('Address already in use')) return false;
  throw new Error(`the server did not answer:\n${server.log()}`);
}

// A server that refuses us by its ACL is also up; a server that answers LOADING is not.
async function isUp(way: NetConnectOpts): Promise<boolean> {
  const socket = connect(way);
  socket.setTimeout(PING_MAX_MS);
  const reply = await new Promise<string>((resolve) => {
    socket.once('data', (data) => resolve(data.toString()));
    socket.once('timeout', () => resolve(''));
    socket.once('error', () => resolve(''));
    socket.once('close', () => resolve(''));
    socket.write('PING\r\n');
  });
  socket.destroy();
  return /^(\+PONG|-NOAUTH|-NOPERM)/.test(reply);
}
