import type { Span } from '@opentelemetry/api';
import type { Claim } from '../../session/claim.ts';
import type { EndOutcome, EndRequest } from '../../session/end-request.ts';
import type { SessionKey } from '../../session/session-key.ts';
import type {
  LoginOutcome,
  LoginVisit,
  OpenRequest,
  SessionStore,
  TouchReceiver,
  TouchRequest,
} from '../../session/session-store.ts';
import type { TouchOutcome } from '../../session/touch-outcome.ts';
import { endFailed, endFound, spanning } from './store-spans.ts';
import type { StoreSpans } from './store-spans.ts';

/** A session store on Redis, with a span for each call that a traced check waits for. */
export class TracedStore implements SessionStore {
  readonly #store: SessionStore;
  readonly #spans: StoreSpans;

  constructor(store: SessionStore, spans: StoreSpans) {
    this.#store = store;
    this.#spans = spans;
  }

  touch(request: TouchRequest, deadlineAtMs: number, receiver: TouchReceiver): void {
    const span = this.#spans.script('touch', request);
    const traced = span === undefined ? receiver : new TracedReceiver(span, receiver);
    this.#store.touch(request, deadlineAtMs, traced);
  }

  async open(request: OpenRequest): Promise<TouchOutcome> {
    const span = this.#spans.script('open', request);
    return spanning(span, this.#store.open(request), kindOf);
  }

  async visitLogin(visit: LoginVisit): Promise<LoginOutcome> {
    const span = this.#spans.script('login', visit);
    return spanning(span, this.#store.visitLogin(visit), kindOf);
  }

  async claim(at: SessionKey, name: SessionKey): Promise<Claim> {
    return this.#store.claim(at, name);
  }

  async end(request: EndRequest): Promise<EndOutcome> {
    const span = this.#spans.script('end', request);
    return spanning(span, this.#store.end(request), kindOf);
  }
}

/** Ends the span of a touch before the check continues with the outcome. */
class TracedReceiver implements TouchReceiver {
  readonly #span: Span;
  readonly #receiver: TouchReceiver;

  constructor(span: Span, receiver: TouchReceiver) {
    this.#span = span;
    this.#receiver = receiver;
  }

  touched(outcome: TouchOutcome): void {
    endFound(this.#span, outcome.kind);
    this.#receiver.touched(outcome);
  }

  failed(fault: Error): void {
    endFailed(this.#span, fault);
    this.#receiver.failed(fault);
  }
}

function kindOf({ kind }: { readonly kind: string }): string {
  return kind;
}
