import { asError } from '../as-error.ts';
import type { Claim } from '../../session/claim.ts';
import type { EndOutcome, EndRequest } from '../../session/end-request.ts';
import { endSession } from '../../session/end-session.ts';
import { loosestLimits } from '../../session/loosest-limits.ts';
import { openSession } from '../../session/open-session.ts';
import { endIfOver } from '../../session/over-session.ts';
import type { SessionEvent } from '../../session/session-event.ts';
import type { SessionKey } from '../../session/session-key.ts';
import { StoreUnavailable } from '../../session/session-store.ts';
import type {
  EndLimits,
  LoginOutcome,
  LoginVisit,
  OpenRequest,
  SessionStore,
  SourceRule,
  TouchReceiver,
  TouchRequest,
} from '../../session/session-store.ts';
import { touchSession } from '../../session/touch-session.ts';
import { visitLogin } from '../../session/visit-login.ts';
import type { TouchOutcome } from '../../session/touch-outcome.ts';
import type { StoreObserver } from '../store-observer.ts';
import { CALLER_TIME_MS, PendingTurn } from '../subjects/finish-pending.ts';
import type { FinishedSubject, Sweeper, SweepReport } from '../sweep/sweeper.ts';
import { MemoryClaims } from './memory-claims.ts';
import { MemoryDirectory } from './memory-directory.ts';
import { MemoryEvents } from './memory-events.ts';
import { MemoryRecords } from './memory-records.ts';

export interface MemoryStoreOptions {
  /** The store's clock: milliseconds since 1970. */
  readonly clock: () => number;
  /** The most sessions and tombstones that it holds. At this number an opening is refused. */
  readonly sessionsMax?: number;
  /** How many events are kept, the newest ones. */
  readonly eventsMax?: number;
  readonly observer?: StoreObserver | undefined;
}

/** How many sessions the memory store holds by default: about 30 MB. */
export const MEMORY_SESSIONS_MAX = 100_000;
const EVENTS_MAX = 1_000;
/** Ends of subjects that one turn of the sweeper finishes. */
const PENDING_AT_ONCE = 8;

/**
 * The store in memory, for one process: the pure rule applied to a map. Each step is atomic because
 * it awaits nothing. All sessions are lost when the process ends, so it is for demonstrations,
 * development and single replicas that can afford this.
 */
export class MemorySessionStore implements SessionStore, Sweeper {
  readonly #clock: () => number;
  readonly #records: MemoryRecords;
  readonly #claims = new MemoryClaims();
  /** Finds the sessions of this store. */
  readonly directory: MemoryDirectory;
  #isClosed = false;

  constructor(options: MemoryStoreOptions) {
    const { sessionsMax = MEMORY_SESSIONS_MAX, eventsMax = EVENTS_MAX, observer = {} } = options;
    this.#clock = options.clock;
    this.#records = new MemoryRecords(sessionsMax, new MemoryEvents(eventsMax, observer));
    this.directory = new MemoryDirectory(this.#records, () => this.#now(), sessionsMax);
  }

  /** How many sessions and tombstones it holds. */
  get size(): number {
    return this.#records.size;
  }

  /** Calls the receiver before it returns, so the deadline has no effect. */
  touch(request: TouchRequest, _deadlineAtMs: number, receiver: TouchReceiver): void {
    let outcome: TouchOutcome;
    try {
      const nowMs = this.#now();
      const step = touchSession(this.#records.find(request.key, nowMs), request, nowMs);
      outcome = this.#records.present(request, step, nowMs);
    } catch (error) {
      receiver.failed(asError(error, 'the touch failed'));
      return;
    }
    receiver.touched(outcome);
  }

  async open(request: OpenRequest): Promise<TouchOutcome> {
    const nowMs = this.#now();
    const record = this.#records.find(request.key, nowMs);
    if (record === undefined) {
      const { key, claim } = request;
      if (claim !== undefined) this.#claims.renew({ name: key, token: claim }, nowMs);
      this.#records.makeRoom(nowMs);
    }
    return this.#records.present(request, openSession(record, request, nowMs), nowMs);
  }

  async claim(at: SessionKey, name: SessionKey): Promise<Claim> {
    return this.#claims.claim(at, name, this.#now());
  }

  async visitLogin(visit: LoginVisit): Promise<LoginOutcome> {
    const nowMs = this.#now();
    const step = visitLogin(this.#records.find(visit.key, nowMs), visit, nowMs);
    return this.#records.present(visit, step, nowMs);
  }

  async end(request: EndRequest): Promise<EndOutcome> {
    const nowMs = this.#now();
    const record = this.#records.find(request.key, nowMs);
    if (record === undefined && request.unknown === 'tombstone') this.#records.makeRoom(nowMs);
    return this.#records.present(request, endSession(record, request, nowMs), nowMs);
  }

  /** Continues where the last turn stopped; there is `more` until all sessions were examined. */
  async sweep(sources: ReadonlyMap<string, SourceRule>, examinedMax: number): Promise<SweepReport> {
    const nowMs = this.#now();
    const limits = new Map(
      [...sources].map(([name, rule]) => [name, loosestLimits(rule.overLimits)]),
    );
    const ended = { idle: 0, absolute: 0 };
    let examined = 0;
    let key: SessionKey | undefined;
    do {
      key = this.#records.nextToSweep();
      if (key === undefined) break;
      examined += 1;
      const by = this.#endIfOver(key, limits, nowMs);
      if (by !== undefined) ended[by] += 1;
    } while (examined < examinedMax);
    const isWalked = key === undefined;
    const { finished, isMore } = await this.#finishPending(sources);
    if (isWalked) await this.directory.reviewIndex();
    const active = this.#records.active();
    return { ended, examined, finished, active, more: isMore || !isWalked, fault: undefined };
  }

  async #finishPending(sources: ReadonlyMap<string, SourceRule>) {
    const turn = new PendingTurn({ store: this, directory: this.directory }, sources);
    const due = { olderThanMs: CALLER_TIME_MS, max: PENDING_AT_ONCE };
    const finished: FinishedSubject[] = [];
    const ends = await this.directory.pendingSubjects(due);
    for (const end of ends) {
      // oxlint-disable-next-line no-await-in-loop -- until the turn is used up
      const { ended, isFinished } = await turn.finish(end);
      if (!isFinished) return { finished, isMore: true };
      finished.push({ subject: end.subject, by: end.by, ended });
    }
    return { finished, isMore: ends.length === PENDING_AT_ONCE };
  }

  /** The events that are kept, the oldest first. */
  events(): readonly SessionEvent[] {
    return this.#records.events();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#records.clear();
    this.#claims.clear();
    this.directory.clear();
  }

  #now(): number {
    if (this.#isClosed) throw new StoreUnavailable('down', 'the store is closed');
    return this.#clock();
  }

  #endIfOver(key: SessionKey, limits: ReadonlyMap<string, readonly EndLimits[]>, nowMs: number) {
    const record = this.#records.find(key, nowMs);
    const step = endIfOver(record, key, limits.get(record?.source ?? '') ?? [], nowMs);
    const outcome = this.#records.replace(key, step);
    return outcome.kind === 'over' ? outcome.by : undefined;
  }
}
