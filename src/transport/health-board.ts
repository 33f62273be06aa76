import type { RpcObserver } from './rpc-observer.ts';

export const HEALTH_SERVICE = 'grpc.health.v1.Health';

/** The numbers of `grpc.health.v1`. */
export const SERVING_STATUS = { SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } as const;
export type ServingStatus = keyof typeof SERVING_STATUS;

/** A client that watches a service. */
export interface HealthWatcher {
  /** Empty: the whole server. */
  readonly service: string;
  report(status: ServingStatus): void;
  /** Ends the watch: the server is draining. */
  end(): void;
}

/**
 * Whether this server serves, and the clients that watch it: `grpc.health.v1` without the wire. All
 * services have the same status.
 */
export class HealthBoard {
  readonly services: readonly string[];
  readonly #rpcObserver: RpcObserver;
  readonly #watchers = new Map<HealthWatcher, (code: string) => void>();
  #current: ServingStatus = 'NOT_SERVING';
  #isDraining = false;

  constructor(services: readonly string[], rpcObserver: RpcObserver) {
    this.services = services;
    this.#rpcObserver = rpcObserver;
  }

  statusOf(service: string): ServingStatus {
    return this.services.includes(service) ? this.#current : 'SERVICE_UNKNOWN';
  }

  setServing(isServing: boolean): void {
    const next = isServing ? 'SERVING' : 'NOT_SERVING';
    if (next === this.#current) return;
    this.#current = next;
    for (const watcher of this.#watchers.keys()) watcher.report(this.statusOf(watcher.service));
  }

  watch(watcher: HealthWatcher): void {
    if (this.#isDraining) {
      const done = this.started('Watch');
      watcher.end();
      done('UNAVAILABLE');
      return;
    }
    this.#watchers.set(watcher, this.started('Watch'));
    watcher.report(this.statusOf(watcher.service));
  }

  /** The watcher has ended its call. */
  left(watcher: HealthWatcher): void {
    this.#watchers.get(watcher)?.('CANCELLED');
    this.#watchers.delete(watcher);
  }

  /** Ends open watches and later ones. Otherwise they would delay a shutdown for ever. */
  endWatches(): void {
    this.#isDraining = true;
    for (const [watcher, done] of this.#watchers) {
      this.#watchers.delete(watcher);
      watcher.end();
      done('UNAVAILABLE');
    }
  }

  /** Reports a call to the observer. Returns a function to call at its end, with its status. */
  started(method: string): (code: string) => void {
    const rpc = { service: HEALTH_SERVICE, method };
    const startedAtMs = performance.now();
    this.#rpcObserver.started(rpc);
    return (code) => {
      this.#rpcObserver.handled(rpc, code, (performance.now() - startedAtMs) / 1000);
    };
  }
}
