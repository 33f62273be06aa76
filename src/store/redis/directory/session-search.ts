import type {
  DescribedSession,
  SourcePage,
  SourcePageRequest,
} from '../../../session/session-directory.ts';
import type { SessionKey, SessionTag } from '../../../session/session-key.ts';
import { readRecord } from '../read-record.ts';
import { integerOf, listOf, pairsOf, textOf, textsOf } from '../read-reply.ts';
import type { ScriptRunner } from '../connection/script-runner.ts';
import {
  isSessionKey,
  PARTITION_COUNT,
  partitionKeys,
  partitionOf,
  partitionOfTag,
} from '../store-keys.ts';
import { SourceWalk } from './source-walk.ts';

/** Entries that one command looks at: less than a millisecond of Redis's time. */
const STEP_MAX = 1_000;
/** Live sessions of a partition that are looked at for a tag, about 50 times as many as usual. */
const LOOKED_AT_MAX = 200_000;
const EVENTS_MAX = 1_100;
const PARTITIONS_AT_ONCE = 32;

/** Finds sessions in Redis, in bounded steps and never by the names of all keys. */
export class SessionSearch {
  readonly #connection: ScriptRunner;
  readonly #sources: SourceWalk;

  constructor(connection: ScriptRunner) {
    this.#connection = connection;
    this.#sources = new SourceWalk(connection);
  }

  async describe(key: SessionKey): Promise<DescribedSession | undefined> {
    const session = partitionOf(key).session(key);
    const [fields, nowMs] = await Promise.all([
      this.#connection.read('HGETALL', session),
      this.#connection.time(session),
    ]);
    const record = readRecord(new Map(pairsOf(textsOf(fields))));
    return record && { record, nowMs };
  }

  async keysWithTag(tag: SessionTag, max: number): Promise<readonly SessionKey[]> {
    const { deadlines, events } = partitionOfTag(tag);
    const found = new Set<SessionKey>();
    let cursor = '0';
    let lookedAt = 0;
    do {
      const page = ['MATCH', `${tag}*`, 'COUNT', `${STEP_MAX}`];
      // oxlint-disable-next-line no-await-in-loop -- one step after another, to leave room for checks
      const reply = listOf(await this.#connection.read('ZSCAN', deadlines, cursor, ...page));
      for (const [key] of pairsOf(textsOf(reply[1] ?? null))) if (isSessionKey(key)) found.add(key);
      cursor = textOf(reply[0] ?? null);
      lookedAt += STEP_MAX;
    } while (cursor !== '0' && lookedAt < LOOKED_AT_MAX && found.size < max);
    if (found.size < max) for (const key of await this.#reported(events, tag)) found.add(key);
    return [...found].slice(0, max);
  }

  async sourceSessions(source: string, page: SourcePageRequest): Promise<SourcePage> {
    return this.#sources.page(source, page);
  }

  async activeSessions(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (let from = 0; from < PARTITION_COUNT; from += PARTITIONS_AT_ONCE) {
      const some = Array.from({ length: PARTITIONS_AT_ONCE }, async (_, step) =>
        this.#connection.read('HGETALL', partitionKeys(from + step).active),
      );
      // oxlint-disable-next-line no-await-in-loop -- one group after another, to leave room for checks
      const replies = await Promise.all(some);
      for (const [source, count] of replies.flatMap((reply) => pairsOf(textsOf(reply)))) {
        counts.set(source, (counts.get(source) ?? 0) + Math.max(0, integerOf(count)));
      }
    }
    return counts;
  }

  /** The sessions with this tag that the stream of events names. */
  async #reported(events: string, tag: SessionTag): Promise<readonly SessionKey[]> {
    const count = String(EVENTS_MAX);
    const reply = await this.#connection.read('XREVRANGE', events, '+', '-', 'COUNT', count);
    return listOf(reply).flatMap((entry) => {
      const fields = new Map(pairsOf(textsOf(listOf(entry)[1] ?? null)));
      const key = fields.get('session') ?? '';
      return key.startsWith(tag) && isSessionKey(key) ? [key] : [];
    });
  }
}
