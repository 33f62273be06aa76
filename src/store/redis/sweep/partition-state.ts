import { integerOf } from '../read-reply.ts';
import { unreadableReply } from '../store-fault.ts';

/** What the sweeper has seen of one partition when it looked at it. */
export interface PartitionState {
  /** The earliest deadline, by the store's clock; `Infinity` without any. */
  readonly nextAtMs: number;
  /** The id of the newest event. Without a newer one nothing was opened or ended since. */
  readonly lastEvent: string;
  /** All entries are scored by the limits that were asked for. */
  readonly isReviewed: boolean;
  /** How many deadlines there are: one for each live session. */
  readonly entries: number;
  /** How many sessions are counted as live, of all sources together. */
  readonly counted: number;
  /** How many sessions of each source are live. */
  readonly active: ReadonlyMap<string, number>;
  /** When the oldest end of a subject began that is not finished; `Infinity` without any. */
  readonly pendingAtMs: number;
}

const WORDS_EACH = 7;
const EVENT_ID = /^\d{1,20}-\d{1,20}$/;

/**
 * Reads the reply of `look.lua` after its nonce.
 * @param sources in the order in which they were asked for
 * @throws {StoreUnavailable} for anything that it does not answer
 */
export function decodeStates(
  words: readonly string[],
  partitions: number,
  sources: readonly string[],
): readonly PartitionState[] {
  if (words.length !== partitions * WORDS_EACH) throw unreadableReply();
  return Array.from({ length: partitions }, (_, index) =>
    decodeState(words.slice(index * WORDS_EACH, (index + 1) * WORDS_EACH), sources),
  );
}

function decodeState(words: readonly string[], sources: readonly string[]): PartitionState {
  const [next, lastEvent = '', reviewed, entries, counted, active = '', pending] = words;
  if (!EVENT_ID.test(lastEvent)) throw unreadableReply();
  const counts = active === '-' ? [] : active.split(',').map(integerOf);
  if (counts.length !== sources.length) throw unreadableReply();
  return {
    nextAtMs: next === '-' ? Infinity : integerOf(next),
    lastEvent,
    isReviewed: reviewed === '1',
    entries: integerOf(entries),
    counted: integerOf(counted),
    active: new Map(sources.map((source, index) => [source, counts[index] ?? 0])),
    pendingAtMs: pending === '-' ? Infinity : integerOf(pending),
  };
}
