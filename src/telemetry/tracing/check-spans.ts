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
import type { CheckTrace } from '../../terms/check-trace.ts';
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

/** The headers of W3C Trace Context, and the value of the first in a trace that is not sampled. */
const W3C_HEADERS = 'traceparent,tracestate';
const W3C_UNSAMPLED = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f][02468ace]$/;

export interface CheckSpansOptions {
  readonly tracer: Tracer;
  /** Reads the caller's trace. */
  readonly propagator: TextMapPropagator;
  /** A trace that the caller does not sample is not sampled here either. */
  readonly followsParent: boolean;
}

/**
 * Creates a span for each check, in the trace that Envoy has begun. Attributes come from closed
 * sets and configured names: no credentials, session names, paths or hosts. Nothing here throws,
 * because a check must not fail for being traced.
 */
export class CheckSpans implements CheckTracer, CheckObserver {
  readonly headers: readonly string[];
  readonly #options: CheckSpansOptions;
  /**
   * Most checks are not sampled. Looking at the header first takes a fifth of the propagator's
   * time.
   */
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
      // The sampler would decide the same, after creating a span for nothing.
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

  /** Wraps an observer of RPCs, whose calls also end the spans. */
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

/** A deny is an answer. A check without a verdict is an error, also if the caller gave up first. */
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
