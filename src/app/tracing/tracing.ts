import type { Tracer } from '@opentelemetry/api';
import type { SessionStore } from '../../session/session-store.ts';
import type { StoreLocation } from '../store-location.ts';
import { CheckSpans } from './check-spans.ts';
import type { CheckSpansOptions } from './check-spans.ts';
import { TracedStore } from './traced-store.ts';

/** Follows checks through this process. It is there only where tracing is on. */
export class Tracing {
  readonly checks: CheckSpans;
  readonly #tracer: Tracer;

  constructor(options: CheckSpansOptions) {
    this.#tracer = options.tracer;
    this.checks = new CheckSpans(options);
  }

  /** The store with a span for each call of it. A store in memory is no call of anybody, and stays as it is. */
  traced(store: SessionStore, location: StoreLocation): SessionStore {
    return location.kind === 'memory' ? store : new TracedStore(store, this.#tracer, location.url);
  }
}
