import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { Span, SpanOptions, Tracer } from '@opentelemetry/api';
import type { CallingCheck } from '../../session/calling-check.ts';
import { StoreUnavailable } from '../../session/session-store.ts';
import { StoreRefusal } from '../../store/redis/store-fault.ts';
import { CheckSpan } from './check-span.ts';

/** Which database is called, and of which server if it is always the same one. */
export interface TracedPlace {
  readonly host?: string;
  readonly port?: number;
  readonly database: number;
}

/**
 * Spans for the calls of Redis that traced checks wait for. A span contains the name of the script
 * or command and what it found, but neither keys nor arguments.
 */
export class StoreSpans {
  readonly #tracer: Tracer;
  readonly #attributes: NonNullable<SpanOptions['attributes']>;

  constructor(tracer: Tracer, { host, port, database }: TracedPlace) {
    this.#tracer = tracer;
    this.#attributes = {
      'db.system.name': 'redis',
      'db.namespace': String(database),
      ...(host !== undefined && { 'server.address': host }),
      ...(port !== undefined && { 'server.port': port }),
    };
  }

  /** Begins the span of a script. `undefined`: the check is not traced. */
  script(name: string, check: CallingCheck | undefined): Span | undefined {
    const trace = check?.trace;
    if (!(trace instanceof CheckSpan)) return undefined;
    const own = { 'db.operation.name': 'EVALSHA', 'db.stored_procedure.name': name };
    return this.#begin(`EVALSHA ${name}`, own, trace);
  }

  /** Begins the span of a command. `undefined`: the check is not traced. */
  command(name: string, check: CallingCheck | undefined): Span | undefined {
    const trace = check?.trace;
    if (!(trace instanceof CheckSpan)) return undefined;
    return this.#begin(name, { 'db.operation.name': name }, trace);
  }

  #begin(name: string, own: NonNullable<SpanOptions['attributes']>, { context }: CheckSpan): Span {
    const attributes = { ...this.#attributes, ...own };
    return this.#tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, context);
  }
}

/** Ends the span when the reply comes. @param kindOf the word for what was found */
export async function spanning<Reply>(
  span: Span | undefined,
  reply: Promise<Reply>,
  kindOf: (found: Reply) => string | undefined,
): Promise<Reply> {
  try {
    const found = await reply;
    endFound(span, kindOf(found));
    return found;
  } catch (fault) {
    endFailed(span, fault);
    throw fault;
  }
}

/** @param kind the word for what was found; `undefined`: there is none */
export function endFound(span: Span | undefined, kind: string | undefined): void {
  if (kind !== undefined) span?.setAttribute('curfew.store.outcome', kind);
  span?.end();
}

export function endFailed(span: Span | undefined, fault: unknown): void {
  if (span === undefined) return;
  const type = fault instanceof StoreUnavailable ? fault.fault : '_OTHER';
  if (fault instanceof StoreRefusal) span.setAttribute('db.response.status_code', fault.word);
  span.setAttribute('error.type', fault instanceof StoreRefusal ? fault.word : type);
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
