import type { SessionKey } from '../../../session/session-key.ts';
import { subjectOf } from '../decode-reply.ts';
import { integerOf, textOf } from '../read-reply.ts';
import type { StoreConnection } from '../connection/store-connection.ts';
import { milliseconds } from '../script-words.ts';
import type { LimitWords, LimitsBySource } from '../script-words.ts';
import { isPoisonedKey, unreadableReply } from '../store-fault.ts';
import type { PartitionKeys } from '../store-keys.ts';
import type { SweepTurn, SweptEnd } from './sweep-turn.ts';

/** One entry of a partition's deadlines: a session that is to be examined. */
export interface DeadlineEntry {
  readonly partition: PartitionKeys;
  /** The key of the session. */
  readonly member: string;
}

const SWEEP_WORDS = ['over', 'waiting', 'done', 'other'] as const;
/** For a source that is not configured: nothing is ever over, and no digest equals this one. */
const NO_LIMITS: LimitWords = { digest: '-', pairs: [], triples: [], frontier: [] };
/**
 * Scripts sent at once. Checks that come meanwhile wait for them, about a third of a millisecond.
 */
const SCRIPTS_AT_ONCE_MAX = 16;
const DAY_MS = 86_400_000;

/**
 * Examines these sessions, as many as the caller allows. `sweep.lua` decides about each; the
 * scripts are sent a few at a time, so that checks are served between them. Nothing is sent any more
 * once other rules hold: a session that goes on by them must not end by the former ones.
 */
export async function sweepEntries(
  connection: StoreConnection,
  turn: SweepTurn,
  limits: LimitsBySource,
  entries: readonly DeadlineEntry[],
): Promise<void> {
  const sweep = async ({ partition, member }: DeadlineEntry): Promise<void> => {
    turn.examined += 1;
    const found = await sweepSession(connection, { turn, limits }, { partition, member });
    if (found === 'foreign') await postpone(connection, turn, { partition, member });
    else if (found !== 'going') turn.hasEnded(member as SessionKey, found);
  };
  for (let from = 0; from < entries.length && turn.isCurrent(); from += SCRIPTS_AT_ONCE_MAX) {
    // oxlint-disable-next-line no-await-in-loop -- one batch after another, to leave room for checks
    await Promise.all(entries.slice(from, from + SCRIPTS_AT_ONCE_MAX).map(sweep));
  }
}

/** `foreign`: not a record that Curfew writes, or its source changed meanwhile. */
async function sweepSession(
  connection: StoreConnection,
  { turn, limits }: { readonly turn: SweepTurn; readonly limits: LimitsBySource },
  { partition, member }: DeadlineEntry,
): Promise<SweptEnd | 'going' | 'foreign'> {
  const session = partition.session(member);
  try {
    const source = await connection.read('HGET', session, 'n');
    if (!turn.isCurrent()) return 'going';
    const name = source === null ? '' : textOf(source);
    const { digest, triples, frontier } = limits.get(name) ?? NO_LIMITS;
    const keys = [session, partition.deadlines, partition.events, partition.limits];
    const reply = await connection.run('sweep', keys, [name, digest, ...triples], SWEEP_WORDS);
    if (reply.word === 'other') return 'foreign';
    if (reply.word !== 'over') return 'going';
    const [by, limit, subject] = reply.words;
    if (by !== 'idle' && by !== 'absolute') throw unreadableReply();
    const policy = frontier[integerOf(limit)]?.policy;
    return { source: name, by, policy, subject: subjectOf(subject).subject };
  } catch (fault) {
    if (!isPoisonedKey(fault)) throw fault;
    return 'foreign';
  }
}

/** Examines it again tomorrow: a key that Curfew did not write must not hold up the others. */
async function postpone(
  connection: StoreConnection,
  { nowMs }: SweepTurn,
  { partition, member }: DeadlineEntry,
): Promise<void> {
  const tomorrow = milliseconds(nowMs + DAY_MS);
  await connection.read('ZADD', partition.deadlines, 'XX', tomorrow, member);
}
