import type { SourcePage, SourcePageRequest } from '../../../session/session-directory.ts';
import type { SessionKey } from '../../../session/session-key.ts';
import { listOf, pairsOf, textOf, textsOf } from '../read-reply.ts';
import type { ScriptRunner } from '../connection/script-runner.ts';
import { isSessionKey, PARTITION_COUNT, partitionKeys } from '../store-keys.ts';
import type { PartitionKeys } from '../store-keys.ts';
import { liveSourceOf } from './live-source.ts';

const STEP_MAX = 100;
/** Sessions that one page looks at. With few sessions of the source, a page is short. */
const EXAMINED_MAX = 2_000;

/** Where a walk over all partitions stands. */
interface Place {
  readonly partition: number;
  /** As ZSCAN returned it. */
  readonly cursor: string;
  /** The last key that was taken of what ZSCAN finds there, by its spelling; '' = none. */
  readonly taken: string;
}

/** Walks over the live sessions of a source, by the deadlines of each partition. */
export class SourceWalk {
  readonly #connection: ScriptRunner;

  constructor(connection: ScriptRunner) {
    this.#connection = connection;
  }

  async page(source: string, { cursor, limit }: SourcePageRequest): Promise<SourcePage> {
    const keys: SessionKey[] = [];
    let place: Place | undefined = placeOf(cursor);
    let examined = 0;
    while (place !== undefined && keys.length < limit && examined < EXAMINED_MAX) {
      const here: Place = place;
      const partition = partitionKeys(here.partition);
      // oxlint-disable-next-line no-await-in-loop -- one step after another, to leave room for checks
      const { found, next } = await this.#step(partition, here, source);
      const some = found.keys.slice(0, limit - keys.length);
      keys.push(...some);
      // An empty partition costs a step, too.
      examined += Math.max(STEP_MAX / 10, found.examined);
      const isCut = some.length < found.keys.length;
      place = isCut ? { ...here, taken: some.at(-1) ?? here.taken } : next;
    }
    return { keys, cursor: place && `${place.partition}:${place.cursor}:${place.taken}` };
  }

  async #step(partition: PartitionKeys, here: Place, source: string) {
    const range = ['ZSCAN', partition.deadlines, here.cursor, 'COUNT', `${STEP_MAX}`];
    const [after = null, members = null] = listOf(await this.#connection.read(...range));
    const all = pairsOf(textsOf(members)).map(([member]) => member);
    const left = all.filter((member) => member > here.taken).toSorted();
    const isOfSource = await Promise.all(
      left.map(async (key) => {
        const found = await liveSourceOf(this.#connection, partition.session(key));
        return found === source;
      }),
    );
    const keys = left.filter(isSessionKey).filter((_, index) => isOfSource[index]);
    const cursor = textOf(after);
    const next =
      cursor === '0'
        ? { partition: here.partition + 1, cursor, taken: '' }
        : { ...here, cursor, taken: '' };
    return {
      found: { keys, examined: all.length },
      next: next.partition < PARTITION_COUNT ? next : undefined,
    };
  }
}

function placeOf(text: string | undefined): Place {
  const form = /^(\d{1,3}):(\d{1,20}):([A-Za-z0-9_-]{0,43})$/;
  const [, partition = '0', cursor = '0', taken = ''] = form.exec(text ?? '') ?? [];
  if (Number(partition) >= PARTITION_COUNT) return { partition: 0, cursor: '0', taken: '' };
  return { partition: Number(partition), cursor, taken };
}
