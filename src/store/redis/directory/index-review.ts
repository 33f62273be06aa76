import { asError } from '../../as-error.ts';
import type { IndexReviewed, SubjectEntry } from '../../../session/session-directory.ts';
import { ENTRY_WITHOUT_RECORD_MS } from '../../../session/stale-entry.ts';
import { integerOf, listOf, pairsOf, textOf, textsOf } from '../read-reply.ts';
import type { ScriptRunner } from '../connection/script-runner.ts';
import {
  INDEX_CHARACTERS,
  isSubjectKey,
  PARTITION_COUNT,
  partitionKeys,
  partitionOf,
} from '../store-keys.ts';
import { entryOf, indexOf, isOf } from './index-entry.ts';
import { readFields } from './read-fields.ts';

const STEP_MAX = 100;

/** Where a review stands: in which index, and where in it. */
interface Place {
  /** From 0; each partition has one index for each character. */
  readonly index: number;
  /** As ZSCAN returned it. */
  readonly cursor: string;
}

const INDEXES = PARTITION_COUNT * INDEX_CHARACTERS.length;

/**
 * Takes entries out of the indexes that nothing else takes out: their sessions have expired, or were
 * never opened. An empty index costs a step, too, so that each call sends few commands.
 */
export class IndexReview {
  readonly #connection: ScriptRunner;

  constructor(connection: ScriptRunner) {
    this.#connection = connection;
  }

  /** @param cursor as the last call returned it; one that is not is the beginning */
  async review(cursor: string | undefined, examinedMax: number): Promise<IndexReviewed> {
    const nowMs = await this.#connection.time();
    let place: Place | undefined = placeOf(cursor);
    let examined = 0;
    let removed = 0;
    let fault: Error | undefined;
    while (place !== undefined && examined < examinedMax) {
      // oxlint-disable-next-line no-await-in-loop -- one step after another, to leave room for checks
      const step: Step = await this.#step(place, nowMs).catch(skipped(place));
      examined += Math.max(1, step.examined);
      removed += step.removed;
      place = step.next;
      fault = step.fault;
      if (fault !== undefined) break;
    }
    const next = place === undefined ? undefined : `${place.index}:${place.cursor}`;
    return { examined, removed, cursor: next, ...(fault === undefined ? {} : { fault }) };
  }

  async #step({ index, cursor }: Place, nowMs: number): Promise<Step> {
    const key = keyOf(index);
    const page = await this.#connection.read('ZSCAN', key, cursor, 'COUNT', `${STEP_MAX}`);
    const [after = null, found = null] = listOf(page);
    const pairs = pairsOf(textsOf(found));
    const stale = await Promise.all(
      pairs.map(async (pair) => ((await this.#isStale(key, pair, nowMs)) ? pair : [])),
    );
    const words = stale.flat();
    const reply =
      words.length > 0 && (await this.#connection.run('forget', [key], words, ['ok'] as const));
    const next = textOf(after);
    return {
      examined: pairs.length,
      removed: reply === false ? 0 : integerOf(reply.words[0]),
      next: next === '0' ? following(index) : { index, cursor: next },
    };
  }

  // As `isStale` in src/session/stale-entry.ts. The script only takes out what is unchanged.
  async #isStale(
    index: string,
    [member, score]: readonly [string, string],
    nowMs: number,
  ): Promise<boolean> {
    const { key, enteredAtMs }: SubjectEntry = entryOf(member, score);
    const session = partitionOf(key).session(key);
    const fields = await readFields(this.#connection, session, 's', 'e', 'u');
    const [startedAt = null, endedAt = null, subject = null] = fields;
    if (endedAt !== null) return true;
    if (startedAt === null) return nowMs - enteredAtMs >= ENTRY_WITHOUT_RECORD_MS;
    if (subject === null || !isSubjectKey(subject)) return false;
    return indexOf(subject) !== index || !isOf(subject, member);
  }
}

interface Step {
  readonly examined: number;
  readonly removed: number;
  readonly next: Place | undefined;
  readonly fault?: Error;
}

/** A partition that cannot be reviewed, as on a part of a Cluster that is down, is left out. */
function skipped({ index }: Place): (reason: unknown) => Step {
  const each = INDEX_CHARACTERS.length;
  const next = following((Math.floor(index / each) + 1) * each - 1);
  return (reason) => {
    const fault = asError(reason, 'an index cannot be reviewed');
    return { examined: 0, removed: 0, next, fault };
  };
}

/** Where a review may begin. @param fraction of all indexes, at least 0 and below 1 */
export function reviewFrom(fraction: number): string {
  return `${Math.floor(fraction * INDEXES)}:0`;
}

function keyOf(index: number): string {
  const character = INDEX_CHARACTERS.charAt(index % INDEX_CHARACTERS.length);
  return partitionKeys(Math.floor(index / INDEX_CHARACTERS.length)).index(character);
}

function following(index: number): Place | undefined {
  return index + 1 < INDEXES ? { index: index + 1, cursor: '0' } : undefined;
}

function placeOf(text: string | undefined): Place {
  const [, index, cursor = '0'] = /^(\d{1,5}):(\d{1,20})$/.exec(text ?? '') ?? [];
  const number = index === undefined ? 0 : Number(index);
  return number < INDEXES ? { index: number, cursor } : { index: 0, cursor: '0' };
}
