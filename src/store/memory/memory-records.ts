import { keptUntilMs } from '../../session/retention.ts';
import type { SessionEvent } from '../../session/session-event.ts';
import type { SessionKey } from '../../session/session-key.ts';
import type { SessionRecord } from '../../session/session-record.ts';
import type { SessionStep } from '../../session/session-step.ts';
import { StoreOverloaded } from '../../session/session-store.ts';
import type { CallingCheck } from '../../session/calling-check.ts';
import { KeyWalk } from './key-walk.ts';
import type { MemoryEvents } from './memory-events.ts';

/** Records that each opening examines to delete old ones: more than one, so that the map shrinks. */
const FORGET_PER_OPENING_MAX = 4;

interface Kept {
  readonly record: SessionRecord;
  readonly untilMs: number;
}

/** A request that presented a credential, and how long its record is kept. */
interface Presented extends CallingCheck {
  readonly key: SessionKey;
  readonly source: { readonly retentionMs: number };
}

/** The records of the memory store, and the events of their steps. */
export class MemoryRecords {
  readonly #sessionsMax: number;
  readonly #kept = new Map<SessionKey, Kept>();
  readonly #events: MemoryEvents;
  readonly #active = new Map<string, number>();
  // Two separate walks over the map, so that openings do not make the sweeper skip any session.
  readonly #sweeping = new KeyWalk(this.#kept);
  readonly #forgetting = new KeyWalk(this.#kept);

  constructor(sessionsMax: number, events: MemoryEvents) {
    this.#sessionsMax = sessionsMax;
    this.#events = events;
  }

  /** How many sessions and tombstones it holds. */
  get size(): number {
    return this.#kept.size;
  }

  /** The names of all sessions and tombstones. */
  keys(): Iterable<SessionKey> {
    return this.#kept.keys();
  }

  find(key: SessionKey, nowMs: number): SessionRecord | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined || nowMs < kept.untilMs) return kept?.record;
    this.#count(kept.record, -1);
    this.#kept.delete(key);
    return undefined;
  }

  /** Takes over what a step has made of a session whose credential was presented. */
  present<Outcome>(request: Presented, step: SessionStep<Outcome>, nowMs: number): Outcome {
    const { key, source } = request;
    const { record, outcome } = step;
    if (record === undefined) return outcome;
    const untilMs = keptUntilMs(this.#kept.get(key)?.untilMs, nowMs, source.retentionMs);
    this.#put(key, { record, untilMs });
    this.#events.add(step.events, request);
    return outcome;
  }

  /** The same without a credential: the record is kept as long as it was before. */
  replace<Outcome>(key: SessionKey, step: SessionStep<Outcome>): Outcome {
    const kept = this.#kept.get(key);
    if (step.record !== undefined && kept !== undefined) {
      this.#put(key, { record: step.record, untilMs: kept.untilMs });
      this.#events.add(step.events, undefined);
    }
    return step.outcome;
  }

  /** The next session for the sweeper; `undefined` once at the end, after which it starts again. */
  nextToSweep(): SessionKey | undefined {
    return this.#sweeping.next();
  }

  /** The events that are kept, the oldest first. */
  events(): readonly SessionEvent[] {
    return this.#events.kept();
  }

  /** How many sessions are live, by source. */
  active(): ReadonlyMap<string, number> {
    return new Map(this.#active);
  }

  /** @throws {StoreOverloaded} at the maximum of sessions */
  makeRoom(nowMs: number): void {
    for (let examined = 0; examined < FORGET_PER_OPENING_MAX; examined += 1) {
      const key = this.#forgetting.next();
      if (key !== undefined) this.find(key, nowMs);
    }
    if (this.#kept.size < this.#sessionsMax) return;
    throw new StoreOverloaded(
      `the memory store holds its maximum of ${this.#sessionsMax} sessions`,
    );
  }

  clear(): void {
    this.#kept.clear();
    this.#active.clear();
  }

  #put(key: SessionKey, next: Kept): void {
    const before = this.#kept.get(key);
    if (before?.record === next.record && before.untilMs === next.untilMs) return;
    if (before !== undefined) this.#count(before.record, -1);
    this.#count(next.record, 1);
    this.#kept.set(key, next);
  }

  #count(record: SessionRecord, change: 1 | -1): void {
    if (record.kind !== 'live') return;
    const count = (this.#active.get(record.source) ?? 0) + change;
    if (count === 0) this.#active.delete(record.source);
    else this.#active.set(record.source, count);
  }
}
