import { randomBytes } from 'node:crypto';
import { markdownTable } from '../../bench/markdown-table.ts';
import { eventually } from '../../support/time/eventually.ts';
import { Dice } from '../drive/dice.ts';
import type { FaultyStore } from '../drive/faulty-store.ts';
import type { Fault } from '../drive/fault.ts';
import { LONG } from '../drive/policy-versions.ts';
import { Recorder } from '../drive/recorder.ts';
import { startReplicas } from '../drive/replicas.ts';
import type { Replica } from '../drive/replica.ts';
import type { PartOptions, PartResult } from './part.ts';

/** Sessions that are ended before each failover. */
const SESSIONS = 20;
const ANSWER_MAX_MS = 30_000;
/** Long enough that no session of this suite reaches a limit. */
const HOUR_MS = 3_600_000;
const PAGE = { kind: 'check', policy: 'default', isPassive: false } as const;

/** What came of all failovers of one kind. */
interface Count {
  readonly name: string;
  failovers: number;
  durable: number;
  lost: number;
}

/**
 * Ends sessions, waits for the answer that the end is durable, makes a failover, and asks both
 * replicas about them. A durable end that is not refused afterwards is lost.
 */
export async function durableEnds(
  start: (replicas: number) => Promise<FaultyStore>,
  { times, seed, say }: PartOptions,
): Promise<PartResult> {
  const store = await start(2);
  const policies = {
    default: { idleMs: HOUR_MS, absoluteMs: HOUR_MS, onExpiry: 'end' },
    sensitive: { idleMs: LONG.idleMs[0], absoluteMs: HOUR_MS, onExpiry: 'challenge' },
  } as const;
  const recorder = new Recorder({ policies, touchIntervalMs: 0 });
  const { urls, flags } = store;
  const replicas = await startReplicas({ stores: urls, flags, recorder });
  const dice = new Dice(seed);
  try {
    await replicas.ready();
    const counts = store.faults
      .filter(({ isFailover }) => isFailover === true)
      .map(({ name }): Count => ({ name, failovers: 0, durable: 0, lost: 0 }));
    for (let time = 0; time < times; time += 1) {
      for (const count of counts) {
        const fault = store.faults.find(({ name }) => name === count.name);
        // oxlint-disable-next-line no-await-in-loop -- one failover after the other
        if (fault !== undefined) await oneFailover(fault, replicas.all, dice, count);
      }
      say(
        counts.map(({ name, lost, durable }) => `${name}: ${lost} of ${durable} lost`).join('; '),
      );
    }
    return { table: tableOf(store.name, counts), isRight: counts.every(({ lost }) => lost === 0) };
  } finally {
    await replicas.stop();
    await store.close();
  }
}

async function oneFailover(
  fault: Fault,
  replicas: readonly Replica[],
  dice: Dice,
  count: Count,
): Promise<void> {
  const durable = await Promise.all(
    Array.from({ length: SESSIONS }, async () => {
      const credential = randomBytes(16).toString('hex');
      await verdict(dice.anyOf(replicas), credential);
      return (await dice.anyOf(replicas).endDurably(credential)) ? [credential] : [];
    }),
  );
  await fault.inject(dice);
  const verdicts = await Promise.all(
    durable.flat().flatMap((credential) => replicas.map((each) => verdict(each, credential))),
  );
  count.failovers += 1;
  count.durable += durable.flat().length;
  count.lost += verdicts.filter((kind) => kind !== 'deny').length;
}

/** Asks until there is a verdict. */
async function verdict(replica: Replica, credential: string): Promise<string> {
  let why = '';
  const asked = async (): Promise<string | undefined> => {
    const answer = await replica.ask(credential, PAGE);
    if (answer.kind !== 'none') return answer.kind;
    ({ why } = answer);
    return undefined;
  };
  return eventually('verdict', asked, ANSWER_MAX_MS).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${why}\n${replica.log()}`, { cause: error });
  });
}

function tableOf(store: string, counts: readonly Count[]): string {
  const rows = counts.map(({ name, failovers, durable, lost }) => [
    name,
    `${failovers}`,
    `${durable}`,
    `${lost}`,
    lost === 0 ? `${((100 * 3) / failovers).toFixed(0)} %` : '',
  ]);
  const header = [
    store,
    'failovers',
    'durable ends',
    'lost',
    'of failovers that lose one, at most',
  ];
  return `${markdownTable(header, rows)}\n\nThe last column is the rule of three: with none in n, at 95 %, fewer than 3/n.`;
}
