import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { Span, SpanOptions, Tracer } from '@opentelemetry/api';
import type { SessionKey } from '../../session/session-key.ts';
import type {
  EndOutcome,
  EndRequest,
  OpenRequest,
  SessionStore,
  SourceRule,
  SweepReport,
  TouchReceiver,
  TouchRequest,
} from '../../session/session-store.ts';
import { StoreUnavailable } from '../../session/session-store.ts';
import type { TouchOutcome } from '../../session/touch-outcome.ts';
import { parseRedisAddress } from '../../store/redis-address.ts';
import { StoreRefusal } from '../../store/store-fault.ts';
import { CheckSpan } from './check-span.ts';

/** The calls that checks wait for, by their scripts. */
type CheckScript = 'touch' | 'open';

/**
 * A session store on Redis, with a span for each call that a traced check waits for. Only names of scripts and what they
 * found are told: neither keys nor arguments.
 */
export class TracedStore implements SessionStore {
  readonly #store: SessionStore;
  readonly #tracer: Tracer;
  readonly #spanOf: Readonly<Record<CheckScript, SpanOptions>>;

  constructor(store: SessionStore, tracer: Tracer, url: string) {
    this.#store = store;
    this.#tracer = tracer;
    const { host, port, database } = parseRedisAddress(url);
    const spanOf = (script: CheckScript): SpanOptions => ({
      kind: SpanKind.CLIENT,
      attributes: {
        'db.system.name': 'redis',
        'db.operation.name': 'EVALSHA',
        'db.stored_procedure.name': script,
        'db.namespace': String(database),
        'server.address': host,
        'server.port': port,
      },
    });
    this.#spanOf = { touch: spanOf('touch'), open: spanOf('open') };
  }

  touch(request: TouchRequest, deadlineAtMs: number, receiver: TouchReceiver): void {
    const span = this.#begin('touch', request);
    const told = span === undefined ? receiver : new TracedReceiver(span, receiver);
    this.#store.touch(request, deadlineAtMs, told);
  }

  async open(request: OpenRequest): Promise<TouchOutcome> {
    const span = this.#begin('open', request);
    try {
      const outcome = await this.#store.open(request);
      endFound(span, outcome);
      return outcome;
    } catch (fault) {
      endFailed(span, fault);
      throw fault;
    }
  }

  async claim(at: SessionKey, name: SessionKey): Promise<SessionKey> {
    return this.#store.claim(at, name);
  }

  async end(request: EndRequest): Promise<EndOutcome> {
    return this.#store.end(request);
  }

  async sweep(sources: ReadonlyMap<string, SourceRule>, examinedMax: number): Promise<SweepReport> {
    return this.#store.sweep(sources, examinedMax);
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  #begin(script: CheckScript, { trace }: TouchRequest): Span | undefined {
    if (!(trace instanceof CheckSpan)) return undefined;
    return this.#tracer.startSpan(`EVALSHA ${script}`, this.#spanOf[script], trace.context);
  }
}

/** Ends the span of a touch before anybody goes on with what it found. */
class TracedReceiver implements TouchReceiver {
  readonly #span: Span;
  readonly #receiver: TouchReceiver;

  constructor(span: Span, receiver: TouchReceiver) {
    this.#span = span;
    this.#receiver = receiver;
  }

  touched(outcome: TouchOutcome): void {
    endFound(this.#span, outcome);
    this.#receiver.touched(outcome);
  }

  failed(fault: Error): void {
    endFailed(this.#span, fault);
    this.#receiver.failed(fault);
  }
}

function endFound(span: Span | undefined, { kind }: TouchOutcome): void {
  span?.setAttribute('curfew.store.outcome', kind);
  span?.end();
}

function endFailed(span: Span | undefined, fault: unknown): void {
  if (span === undefined) return;
  const type = fault instanceof StoreUnavailable ? fault.fault : '_OTHER';
  if (fault instanceof StoreRefusal) span.setAttribute('db.response.status_code', fault.word);
  span.setAttribute('error.type', fault instanceof StoreRefusal ? fault.word : type);
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
