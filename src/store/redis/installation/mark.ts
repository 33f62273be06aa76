import type { ScriptRunner } from '../connection/script-runner.ts';
import { fieldsOf, integerOf } from '../read-reply.ts';
import { milliseconds } from '../script-words.ts';
import { partitionKeys } from '../store-keys.ts';

/** The installation mark of one partition. All times are of the store's clock. */
export interface Mark {
  /** When the partition was marked, or when its last loss was noticed. */
  readonly begunAtMs: number;
  readonly renewedAtMs: number;
  /**
   * The renewal that was found when the partition had lost data; 0: there was none. `undefined`: it
   * has never lost any.
   */
  readonly keptUntilMs: number | undefined;
  /** A loss was noticed under `on_store_loss: fence`, and is not accepted yet. */
  readonly isFenced: boolean;
}

/** What `mark.lua` can do. */
export type MarkAction = 'begin' | 'renew' | 'lose' | 'fence' | 'accept';

/** The mark of a partition; `undefined` if it has none. @throws {StoreUnavailable} */
export async function readMark(
  connection: Pick<ScriptRunner, 'read'>,
  partition: number,
): Promise<Mark | undefined> {
  const { installation } = partitionKeys(partition);
  const reply = await connection.read('HMGET', installation, 'b', 't', 'k', 'f');
  const [begun, renewed, kept, fenced] = fieldsOf(reply);
  // As the scripts see it: without one of its times it is not a mark.
  if (typeof begun !== 'string' || typeof renewed !== 'string') return undefined;
  return {
    begunAtMs: integerOf(begun),
    renewedAtMs: integerOf(renewed),
    keptUntilMs: typeof kept === 'string' ? integerOf(kept) : undefined,
    isFenced: fenced === '1',
  };
}

/**
 * Runs `mark.lua` on one partition.
 * @param knownAtMs the newest renewal that this replica knows
 * @returns the mark afterwards, and whether this call has changed something
 * @throws {StoreUnavailable}
 */
export async function writeMark(
  connection: Pick<ScriptRunner, 'run'>,
  partition: number,
  action: MarkAction,
  knownAtMs?: number,
): Promise<{ readonly mark: Mark | undefined; readonly isChanged: boolean }> {
  const { installation } = partitionKeys(partition);
  const known = knownAtMs === undefined ? '' : milliseconds(knownAtMs);
  const { words } = await connection.run('mark', [installation], [action, known], ['marked']);
  const [changed, begun, renewed, kept, fenced] = words;
  const isChanged = changed === '1';
  if (begun === '-' || renewed === '-') return { mark: undefined, isChanged };
  return {
    mark: {
      begunAtMs: integerOf(begun),
      renewedAtMs: integerOf(renewed),
      keptUntilMs: kept === '-' ? undefined : integerOf(kept),
      isFenced: fenced === '1',
    },
    isChanged,
  };
}
