import type { Tracer } from '@opentelemetry/api';
import type { CheckDependencies } from '../../authz/check-dependencies.ts';
import type { StoreLocation } from '../../store/store-location.ts';
import { CheckSpans } from './check-spans.ts';
import type { CheckSpansOptions } from './check-spans.ts';
import { StoreSpans } from './store-spans.ts';
import type { TracedPlace } from './store-spans.ts';
import { tracedDirectory } from './traced-directory.ts';
import { TracedStore } from './traced-store.ts';

/** What checks ask of a store. */
export type CheckStore = Pick<CheckDependencies, 'store' | 'directory'>;

/** Traces checks through this process. Exists only if tracing is on. */
export class Tracing {
  readonly checks: CheckSpans;
  readonly #tracer: Tracer;

  constructor(options: CheckSpansOptions) {
    this.#tracer = options.tracer;
    this.checks = new CheckSpans(options);
  }

  /**
   * The store with a span for each call. A store in memory has no spans: it makes no call to a
   * server.
   */
  traced(opened: CheckStore, location: StoreLocation): CheckStore {
    const spannedAt = (place: TracedPlace): CheckStore => {
      const spans = new StoreSpans(this.#tracer, place);
      return {
        store: new TracedStore(opened.store, spans),
        directory: tracedDirectory(opened.directory, spans),
      };
    };
    switch (location.kind) {
      case 'memory':
        return opened;
      case 'redis': {
        const { host, port, database } = location.address;
        return spannedAt({ host, port, database });
      }
      case 'sentinel':
        return spannedAt({ database: location.address.database });
      case 'cluster':
        return spannedAt({ database: 0 });
      default:
        return location satisfies never;
    }
  }
}
