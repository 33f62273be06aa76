import type { Claim } from '../../../session/claim.ts';
import type { EndOutcome, EndRequest } from '../../../session/end-request.ts';
import type { SessionKey } from '../../../session/session-key.ts';
import type { EndedBy, RequestedEnd } from '../../../session/session-record.ts';
import type {
  LoginOutcome,
  LoginVisit,
  OpenRequest,
  SessionStore,
  TouchReceiver,
  TouchRequest,
} from '../../../session/session-store.ts';
import type { TouchOutcome } from '../../../session/touch-outcome.ts';
import { DoubtfulVisits } from './doubtful-visits.ts';
import type { Ledger, NotedCall } from './ledger.ts';
import { UNWATCHED } from './unconfirmed-notes.ts';
import type { NoteWatch } from './unconfirmed-notes.ts';

/**
 * A store that notes in a ledger what it ends on request. Ends by a limit are not noted: the rule
 * finds them again.
 */
export class NotingStore implements SessionStore {
  readonly #store: SessionStore;
  readonly #ledger: Ledger;
  readonly #watch: NoteWatch;
  readonly #doubtful: DoubtfulVisits;

  constructor(store: SessionStore, ledger: Ledger, watch: NoteWatch = UNWATCHED) {
    this.#store = store;
    this.#ledger = ledger;
    this.#watch = watch;
    this.#doubtful = new DoubtfulVisits(store);
  }

  touch(request: TouchRequest, deadlineAtMs: number, receiver: TouchReceiver): void {
    this.#store.touch(request, deadlineAtMs, receiver);
  }

  async open(request: OpenRequest): Promise<TouchOutcome> {
    return this.#store.open(request);
  }

  async claim(at: SessionKey, name: SessionKey): Promise<Claim> {
    return this.#store.claim(at, name);
  }

  /**
   * Not noted before it is sent: only the store knows whether the visit ends the session. Without an
   * answer, it is found out later whether it did.
   */
  async visitLogin(visit: LoginVisit): Promise<LoginOutcome> {
    const since = this.#watch.sending();
    try {
      const outcome = await this.#store.visitLogin(visit);
      const wasDoubtful = this.#doubtful.settle(visit.key);
      const isOwn = outcome.kind === 'ended' && (outcome.byThisVisit || wasDoubtful);
      if (isOwn) this.#noteVisit(visit, outcome, wasDoubtful ? undefined : since);
      return outcome;
    } catch (error) {
      this.#doubtful.add(visit);
      throw error;
    }
  }

  /** Finds out what became of visits that got no answer. Called when the store is known to answer. */
  async settleVisits(): Promise<void> {
    await this.#doubtful.look((visit, outcome) => this.#noteVisit(visit, outcome, undefined));
  }

  #noteVisit({ key, source }: LoginVisit, outcome: LoginOutcome, since: number | undefined): void {
    if (outcome.kind !== 'ended' || !isLasting(outcome.by)) return;
    const { by, endedAtMs } = outcome;
    const request = bareOf({ key, source, by, endedAtMs, unknown: 'tombstone' });
    const call: NotedCall = { kind: 'end', request };
    this.#watch.answered(this.#ledger.note(call), call, since);
  }

  async end(request: EndRequest): Promise<EndOutcome> {
    if (!isLasting(request.by)) return this.#store.end(request);
    const since = this.#watch.sending();
    const name = this.#ledger.note({ kind: 'end', request: bareOf(request) });
    const outcome = await this.#store.end(request);
    if (outcome.kind === 'unknown') {
      this.#ledger.forget(name);
      return outcome;
    }
    const call: NotedCall = { kind: 'end', request: asEnded(request, outcome) };
    this.#ledger.settle(name, call);
    this.#watch.answered(name, call, since);
    return outcome;
  }
}

// The new primary may lack the whole session. Without its tombstone, its credential could open it.
function asEnded(
  request: EndRequest,
  outcome: Exclude<EndOutcome, { readonly kind: 'unknown' }>,
): EndRequest {
  const { endedAtMs } = outcome;
  const by = outcome.kind === 'already' && isLasting(outcome.by) ? outcome.by : request.by;
  return { ...bareOf(request), by, endedAtMs, unknown: 'tombstone' };
}

// Without the check that calls: its request has credentials.
function bareOf({ key, source, by, unknown, subject, endedAtMs }: EndRequest): EndRequest {
  const { source: name, retentionMs } = source;
  return { key, source: { source: name, retentionMs }, by, unknown, subject, endedAtMs };
}

// What a limit or a maximum has ended, it would end again.
function isLasting(by: EndedBy): by is Exclude<RequestedEnd, 'session_limit'> {
  return by !== 'idle' && by !== 'absolute' && by !== 'session_limit';
}
