import type { Timeouts } from '../session/deadlines.ts';
import { endSession } from '../session/end-session.ts';
import { loosestLimits } from '../session/loosest-limits.ts';
import { openSession } from '../session/open-session.ts';
import { endIfOver } from '../session/over-session.ts';
import { keptUntilMs } from '../session/retention.ts';
import type { SessionEvent } from '../session/session-event.ts';
import type { SessionKey } from '../session/session-key.ts';
import type { SessionRecord } from '../session/session-record.ts';
import type { SessionStep } from '../session/session-step.ts';
import { StoreOverloaded, StoreUnavailable } from '../session/session-store.ts';
import type {
  EndOutcome,
  EndRequest,
  OpenRequest,
  SessionStore,
  SourceRule,
  SweepReport,
  TouchReceiver,
  TouchRequest,
} from '../session/session-store.ts';
import { touchSession } from '../session/touch-session.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import { KeyWalk } from './key-walk.ts';
import { MemoryClaims } from './memory-claims.ts';

export interface MemoryStoreOptions {
  /** The store's clock: milliseconds since 1970. */
  readonly clock: () => number;
  /** Sessions and tombstones held at most; beyond it an opening is refused. */
  readonly sessionsMax?: number;
  /** Events remembered, the newest; older ones are forgotten. */
  readonly eventsMax?: number;
}

/** How many sessions the embedded store holds unless told otherwise: about 30 MB. */
export const MEMORY_SESSIONS_MAX = 100_000;
const EVENTS_MAX = 1_000;
/** Records that each opening looks at for something to forget: more than one, so that forgetting wins. */
const FORGET_PER_OPENING_MAX = 4;

interface Kept {
  readonly record: SessionRecord;
  readonly untilMs: number;
}

/**
 * The embedded store for one process: the pure rule over a map. Atomic because nothing awaits in between.
 * It forgets everything with the process: for demonstrations, development and single replicas that may.
 */
export class MemorySessionStore implements SessionStore {
  readonly #clock: () => number;
  readonly #sessionsMax: number;
  readonly #eventsMax: number;
  readonly #kept = new Map<SessionKey, Kept>();
  readonly #events: SessionEvent[] = [];
  readonly #claims = new MemoryClaims();
  // Two walks around the map, each bounded per step: openings must not make the sweeper overlook anybody.
  readonly #sweeping = new KeyWalk(this.#kept);
  readonly #forgetting = new KeyWalk(this.#kept);
  #isClosed = false;

  constructor(options: MemoryStoreOptions) {
    this.#clock = options.clock;
    this.#sessionsMax = options.sessionsMax ?? MEMORY_SESSIONS_MAX;
    this.#eventsMax = options.eventsMax ?? EVENTS_MAX;
  }

  /** Sessions and tombstones held now. */
  get size(): number {
    return this.#kept.size;
  }

  /** Answers before it returns, hence before any deadline that the caller still waits for. */
  touch(request: TouchRequest, _deadlineAtMs: number, receiver: TouchReceiver): void {
    let outcome: TouchOutcome;
    try {
      const nowMs = this.#now();
      const step = touchSession(this.#find(request.key, nowMs), request, nowMs);
      outcome = this.#present(request, step, nowMs);
    } catch (error) {
      receiver.failed(error instanceof Error ? error : new Error('the touch failed'));
      return;
    }
    receiver.touched(outcome);
  }

  async open(request: OpenRequest): Promise<TouchOutcome> {
    const nowMs = this.#now();
    const record = this.#find(request.key, nowMs);
    if (record === undefined) this.#makeRoom(nowMs);
    return this.#present(request, openSession(record, request, nowMs), nowMs);
  }

  async claim(at: SessionKey, name: SessionKey): Promise<SessionKey> {
    return this.#claims.claim(at, name, this.#now());
  }

  async end(request: EndRequest): Promise<EndOutcome> {
    const nowMs = this.#now();
    const step = endSession(this.#find(request.key, nowMs), request, nowMs);
    return this.#present(request, step, nowMs);
  }

  /** Walks on where the last turn stopped; `more` until the walk is through. */
  async sweep(sources: ReadonlyMap<string, SourceRule>, examinedMax: number): Promise<SweepReport> {
    const nowMs = this.#now();
    const limits = new Map(
      [...sources].map(([name, rule]) => [name, loosestLimits(rule.overLimits)]),
    );
    const ended = { idle: 0, absolute: 0 };
    for (let examined = 0; examined < examinedMax; examined += 1) {
      const key = this.#sweeping.next();
      if (key === undefined) return { ended, examined, more: false, fault: undefined };
      const by = this.#endIfOver(key, limits, nowMs);
      if (by !== undefined) ended[by] += 1;
    }
    return { ended, examined: examinedMax, more: true, fault: undefined };
  }

  /** The remembered events, oldest first. */
  events(): readonly SessionEvent[] {
    return this.#events.slice(-this.#eventsMax);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#kept.clear();
    this.#claims.clear();
  }

  #now(): number {
    if (this.#isClosed) throw new StoreUnavailable('down', 'the store is closed');
    return this.#clock();
  }

  #find(key: SessionKey, nowMs: number): SessionRecord | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined || nowMs < kept.untilMs) return kept?.record;
    this.#kept.delete(key);
    return undefined;
  }

  #endIfOver(key: SessionKey, limits: ReadonlyMap<string, readonly Timeouts[]>, nowMs: number) {
    const record = this.#find(key, nowMs);
    const kept = this.#kept.get(key);
    if (record === undefined || kept === undefined) return undefined;
    const step = endIfOver(record, key, limits.get(record.source) ?? [], nowMs);
    if (step.outcome.kind !== 'over' || step.record === undefined) return undefined;
    this.#kept.set(key, { record: step.record, untilMs: kept.untilMs });
    this.#tell(step.events);
    return step.outcome.by;
  }

  #present<Outcome>(request: EndRequest | TouchRequest, step: SessionStep<Outcome>, nowMs: number) {
    const { key, source } = request;
    const { record, outcome, events } = step;
    if (record === undefined) return outcome;
    const kept = this.#kept.get(key);
    const untilMs = keptUntilMs(kept?.untilMs, nowMs, source.retentionMs);
    if (record !== kept?.record || untilMs !== kept.untilMs) {
      this.#kept.set(key, { record, untilMs });
    }
    this.#tell(events);
    return outcome;
  }

  #tell(events: readonly SessionEvent[]): void {
    this.#events.push(...events);
    // Cut in halves: to shift one by one would copy the list at each event.
    if (this.#events.length > 2 * this.#eventsMax) this.#events.splice(0, this.#eventsMax);
  }

  /** @throws {StoreOverloaded} at the stated maximum. */
  #makeRoom(nowMs: number): void {
    for (let looked = 0; looked < FORGET_PER_OPENING_MAX; looked += 1) {
      const key = this.#forgetting.next();
      if (key !== undefined) this.#find(key, nowMs);
    }
    if (this.#kept.size < this.#sessionsMax) return;
    throw new StoreOverloaded(
      `the memory store holds its maximum of ${this.#sessionsMax} sessions`,
    );
  }
}
