import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import type { CheckTrace } from '../../terms/check-trace.ts';

/** The span of a traced check, and the context for the spans below it. */
export class CheckSpan implements CheckTrace {
  readonly traceId: string;
  readonly span: Span;
  readonly context: Context;
  /** The check has ended without a verdict. */
  isWithoutVerdict = false;

  constructor(span: Span) {
    this.span = span;
    this.traceId = span.spanContext().traceId;
    this.context = trace.setSpan(ROOT_CONTEXT, span);
  }
}
