import {
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import type { TextMapGetter, TextMapPropagator, Tracer } from '@opentelemetry/api';
import type { CheckObservation, CheckObserver } from '../../authz/check-observer.ts';
import type { CheckTrace } from '../../session/check-trace.ts';
import { CHECK } from '../../transport/check-method.ts';
import type { CallHeader, CheckTracer } from '../../transport/check-tracer.ts';
import type { RpcObserver } from '../../transport/rpc-observer.ts';
import { CheckSpan } from './check-span.ts';

const METHOD = `${CHECK.service}/${CHECK.method}`;
const CHECK_SPAN = {
  kind: SpanKind.SERVER,
  attributes: { 'rpc.system.name': 'grpc', 'rpc.method': METHOD },
};

const HEADERS: TextMapGetter<CallHeader> = {
  keys: () => [],
  get: (header, name) => header(name),
};

/** The headers of W3C Trace Context, and what a caller writes into the first that does not sample its trace. */
const W3C_HEADERS = 'traceparent,tracestate';
const W3C_UNSAMPLED = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f][02468ace]$/;

export interface CheckSpansOptions {
  readonly tracer: Tracer;
  /** Reads the caller's trace. */
  readonly propagator: TextMapPropagator;
  /** What the caller does not sample is never sampled here. */
  readonly followsParent: boolean;
}

/**
 * A span for each check, in the trace that Envoy has begun. Attributes come from closed sets and configured names: neither a
 * credential nor the name of a session, a path or a host is among them. Nothing here throws: a check is not to fail
 * because it is watched.
 */
export class CheckSpans implements CheckTracer, CheckObserver {
  readonly headers: readonly string[];
  readonly #options: CheckSpansOptions;
  /** Most checks are left out, and this finds it out at a fifth of what the propagator needs. */
  readonly #asksHeaderFirst: boolean;

  constructor(options: CheckSpansOptions) {
    this.#options = options;
    this.headers = options.propagator.fields();
    this.#asksHeaderFirst = options.followsParent && this.headers.join(',') === W3C_HEADERS;
  }

  arrived(header: CallHeader): CheckTrace | undefined {
    const { tracer, propagator, followsParent } = this.#options;
    if (this.#asksHeaderFirst && W3C_UNSAMPLED.test(header('traceparent') ?? '')) return undefined;
    try {
      const caller = propagator.extract(ROOT_CONTEXT, header, HEADERS);
      // The sampler would say the same, after the work for a span that nobody keeps.
      if (followsParent && isLeftOut(trace.getSpanContext(caller))) return undefined;
      const span = tracer.startSpan(METHOD, CHECK_SPAN, caller);
      return span.isRecording() ? new CheckSpan(span) : undefined;
    } catch {
      return undefined;
    }
  }

  checked({ trace: of, verdict, reason, policy, mode, source }: CheckObservation): void {
    if (!(of instanceof CheckSpan)) return;
    const { span } = of;
    of.isWithoutVerdict = verdict === 'none';
    span.setAttribute('curfew.verdict', verdict);
    span.setAttribute('curfew.reason', reason);
    span.setAttribute('curfew.mode', mode);
    if (policy !== undefined) span.setAttribute('curfew.policy', policy);
    if (source !== undefined) span.setAttribute('curfew.source', source);
  }

  /** The same observer, with these spans beside it. */
  toldWith(observer: CheckObserver): CheckObserver {
    return {
      checked: (observation) => {
        observer.checked(observation);
        this.checked(observation);
      },
    };
  }

  /** The same observer, from which these spans learn of their end. */
  endedBy(observer: RpcObserver): RpcObserver {
    return {
      started: (rpc) => observer.started(rpc),
      handled: (rpc, code, seconds, of) => {
        observer.handled(rpc, code, seconds);
        if (of instanceof CheckSpan) end(of, code);
      },
    };
  }
}

/** A deny is an answer. To have no verdict is an error, also where the caller's patience was shorter than ours. */
function end({ span, isWithoutVerdict }: CheckSpan, code: string): void {
  span.setAttribute('rpc.status_code', code);
  if (isWithoutVerdict || (code !== 'OK' && code !== 'CANCELLED')) {
    span.setAttribute('error.type', code);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

function isLeftOut(caller: ReturnType<typeof trace.getSpanContext>): boolean {
  return (
    caller !== undefined &&
    (caller.traceFlags & TraceFlags.SAMPLED) === 0 &&
    isSpanContextValid(caller)
  );
}
