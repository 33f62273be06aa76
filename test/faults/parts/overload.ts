import { setTimeout as sleep } from 'node:timers/promises';
import { figure } from '../../bench/figures.ts';
import { CheckConnection, framed } from '../../bench/load/check-connection.ts';
import type { Answer } from '../../bench/load/read-answer.ts';
import { markdownTable } from '../../bench/markdown-table.ts';
import { percentilesOf } from '../../bench/percentiles.ts';
import { benchPolicy, checkRequestOf } from '../../bench/workload.ts';
import { writeKeyFile } from '../../support/files/key-file.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import { startDelayingProxy } from '../../support/network/delaying-proxy.ts';
import { freePort } from '../../support/network/free-port.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { PartOptions, PartResult } from './part.ts';

/** So few may be in flight that the load needs little of the machine, and is far too much all the same. */
const IN_FLIGHT_MAX = 64;
const ONE_WAY_MS = 25;
/** What can be answered at most: a check takes one round trip. */
const MOST_PER_SECOND = (IN_FLIGHT_MAX * 1_000) / (2 * ONE_WAY_MS);
/** By how much each step asks for more than that. After the flood it is as before. */
const STEPS = [0.5, 2, 0.5, 5, 0.5] as const;
const GOODPUT_MIN = 0.8;
const [CONNECTIONS, SESSIONS, TICK_MS] = [4, 500, 2] as const;
const SETTLED_MS = 2_000;

interface Step {
  readonly load: number;
  readonly allowsPerSecond: number;
  readonly denies: number;
  readonly allowP99Ms: number;
  readonly refusalP99Ms: number;
}

/** Asks for more than a far store can answer, and for less again. */
export async function overload({ seconds, say }: PartOptions): Promise<PartResult> {
  const closers: (() => unknown)[] = [];
  try {
    const connections = await startAll(closers);
    await flood(connections, 0.5, SETTLED_MS); // opens the sessions, and warms up
    const steps: Step[] = [];
    for (const load of STEPS) {
      say(`${load} times the most`);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      steps.push(await flood(connections, load, (seconds * 1_000) / STEPS.length));
      await sleep(SETTLED_MS); // oxlint-disable-line no-await-in-loop
    }
    return { table: tableOf(steps), isRight: steps.every(isRight) };
  } finally {
    // oxlint-disable-next-line no-await-in-loop -- in reverse order
    for (const close of closers.toReversed()) await close();
  }
}

async function startAll(closers: (() => unknown)[]): Promise<readonly CheckConnection[]> {
  const redis = await startRedisServer();
  closers.push(() => redis.stop());
  const way = await startDelayingProxy(redis.port, ONE_WAY_MS);
  closers.push(() => way.close());
  const [policies, keys] = await Promise.all([writePolicyFile(benchPolicy()), writeKeyFile()]);
  closers.push(
    () => policies.remove(),
    () => keys.remove(),
  );
  const [grpcPort, opsPort] = [await freePort(), await freePort()];
  const flags = [`--key-file=${keys.path}`, `--in-flight-max=${IN_FLIGHT_MAX}`, '--leases-max=0'];
  const store = `redis://127.0.0.1:${way.port}`;
  const curfew = await startCurfew({ policyPath: policies.path, grpcPort, opsPort, store, flags });
  closers.push(() => curfew.stop());
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => CheckConnection.open(grpcPort)),
  );
  closers.push(() => connections.forEach((connection) => connection.close()));
  return connections;
}

async function flood(
  connections: readonly CheckConnection[],
  load: number,
  ms: number,
): Promise<Step> {
  const messages = Array.from({ length: SESSIONS }, (_, n) => framed(checkRequestOf(n, 'raw')));
  const tookMs: Record<Answer, number[]> = { allow: [], deny: [], noVerdict: [], broken: [] };
  const beganAtMs = performance.now();
  const perMs = (load * MOST_PER_SECOND) / 1_000;
  const count = { sent: 0, answered: 0 };
  const ask = (): void => {
    const sentAtMs = performance.now();
    const message = messages[count.sent % SESSIONS] ?? Buffer.alloc(0);
    connections[count.sent % CONNECTIONS]?.ask(message, (answer) => {
      count.answered += 1;
      tookMs[answer].push(performance.now() - sentAtMs);
    });
    count.sent += 1;
  };
  while (performance.now() - beganAtMs < ms) {
    while (count.sent < (performance.now() - beganAtMs) * perMs) ask();
    await sleep(TICK_MS); // oxlint-disable-line no-await-in-loop -- it is a load
  }
  const lastedMs = performance.now() - beganAtMs;
  while (count.answered < count.sent) await sleep(TICK_MS); // oxlint-disable-line no-await-in-loop
  return {
    load,
    allowsPerSecond: (tookMs.allow.length * 1_000) / lastedMs,
    denies: tookMs.deny.length + tookMs.broken.length,
    allowP99Ms: percentilesOf(tookMs.allow).p99,
    refusalP99Ms: percentilesOf(tookMs.noVerdict).p99,
  };
}

function isRight({ load, allowsPerSecond, denies }: Step): boolean {
  return denies === 0 && allowsPerSecond >= GOODPUT_MIN * Math.min(load, 1) * MOST_PER_SECOND;
}

function tableOf(steps: readonly Step[]): string {
  const rows = steps.map(({ load, allowsPerSecond, denies, allowP99Ms, refusalP99Ms }) => [
    `${load} times the most`,
    figure(allowsPerSecond),
    figure((allowsPerSecond * 100) / MOST_PER_SECOND),
    figure(allowP99Ms),
    Number.isNaN(refusalP99Ms) ? '–' : figure(refusalP99Ms),
    figure(denies),
  ]);
  const header = ['checks asked', 'allows a second', '% of the most', 'p99 of allows, ms'];
  return `${markdownTable([...header, 'p99 of refusals, ms', 'denies'], rows)}

The store is ${2 * ONE_WAY_MS} ms away, and ${IN_FLIGHT_MAX} checks may be in flight: at most ${figure(MOST_PER_SECOND)} a second can be
answered. Asked: at least ${GOODPUT_MIN * 100} % of that, or of what was asked for, and no deny.`;
}
