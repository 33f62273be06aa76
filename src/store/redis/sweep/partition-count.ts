import { liveSourceOf } from '../directory/live-source.ts';
import { listOf, pairsOf, textOf, textsOf } from '../read-reply.ts';
import type { StoreConnection } from '../connection/store-connection.ts';
import type { PartitionKeys } from '../store-keys.ts';
import type { RespReply } from '../wire/resp.ts';
import type { DeadlineEntry } from './sweep-entries.ts';

/** The source of an entry that is not a session which Curfew wrote. */
const NO_SOURCE = '';
/** How often newer events are taken over until nothing happens in between. */
const SETTLE_TRIES_MAX = 5;

/**
 * Counts the live sessions of one partition while they are opened and ended: the entries in steps,
 * then what the events since the beginning say of them.
 */
export class PartitionCount {
  readonly #connection: StoreConnection;
  readonly #partition: PartitionKeys;
  /** The source of each live session. A scan may return one more than once, or too late. */
  readonly #live = new Map<string, string>();
  #cursor: string | undefined = '0';
  #lastEvent: string;

  /** @param lastEvent the newest event when the count begins */
  constructor(connection: StoreConnection, partition: PartitionKeys, lastEvent: string) {
    this.#connection = connection;
    this.#partition = partition;
    this.#lastEvent = lastEvent;
  }

  /** Whether all entries were examined. */
  get isScanned(): boolean {
    return this.#cursor === undefined;
  }

  /** Entries without a live session. */
  get strays(): readonly DeadlineEntry[] {
    const partition = this.#partition;
    return [...this.#live].flatMap(([member, source]) =>
      source === NO_SOURCE ? [{ partition, member }] : [],
    );
  }

  /** Examines some entries. Returns how many. */
  async scan(count: number): Promise<number> {
    const { deadlines } = this.#partition;
    const from = this.#cursor ?? '0';
    const page = await this.#connection.read('ZSCAN', deadlines, from, 'COUNT', `${count}`);
    const [cursor = null, entries = null] = listOf(page);
    const members = pairsOf(textsOf(entries)).map(([member]) => member);
    const sources = await Promise.all(
      members.map((member) => liveSourceOf(this.#connection, this.#partition.session(member))),
    );
    for (const [index, member] of members.entries()) {
      this.#live.set(member, sources[index] ?? NO_SOURCE);
    }
    const next = textOf(cursor);
    this.#cursor = next === '0' ? undefined : next;
    return members.length;
  }

  /** Notes the count, unless more happens than it can follow. */
  async settle(): Promise<void> {
    await this.#dropGone();
    for (let tries = 0; tries < SETTLE_TRIES_MAX; tries += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one try after another
      if (!(await this.#takeEvents())) return;
      // oxlint-disable-next-line no-await-in-loop
      if (await this.#note()) return;
    }
  }

  async #dropGone(): Promise<void> {
    await Promise.all(
      this.strays.map(async ({ partition, member }) => {
        const score = await this.#connection.read('ZSCORE', partition.deadlines, member);
        if (score === null) this.#live.delete(member);
      }),
    );
  }

  /** False if the stream has lost events since the last one that was taken over. */
  async #takeEvents(): Promise<boolean> {
    const { events } = this.#partition;
    const [known, ...newer] = listOf(
      await this.#connection.read('XRANGE', events, this.#lastEvent, '+'),
    ).map(eventOf);
    if (known === undefined) return this.#lastEvent === '0-0';
    if (known.id !== this.#lastEvent) return false;
    for (const { id, kind, session, source } of newer) {
      if (kind === 'opened') this.#live.set(session, source);
      if (kind === 'ended') this.#live.delete(session);
      this.#lastEvent = id;
    }
    return true;
  }

  /** False if something has happened since the last event that was taken over. */
  async #note(): Promise<boolean> {
    const { deadlines, events, active } = this.#partition;
    const counts = new Map<string, number>();
    for (const source of this.#live.values()) counts.set(source, (counts.get(source) ?? 0) + 1);
    const args = [...counts].flatMap(([source, count]) => [source, `${count}`]);
    const reply = await this.#connection.run(
      'count',
      [deadlines, events, active],
      [this.#lastEvent, `${this.#live.size}`, ...args],
      ['counted', 'unknown'],
    );
    return reply.word === 'counted';
  }
}

function eventOf(entry: RespReply) {
  const [id = null, fields = null] = listOf(entry);
  const words = new Map(pairsOf(textsOf(fields)));
  const field = (name: string): string => words.get(name) ?? '';
  return {
    id: textOf(id),
    kind: field('kind'),
    session: field('session'),
    source: field('source'),
  };
}
