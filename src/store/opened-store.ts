import type { SessionStore } from '../session/session-store.ts';
import type { ReplicaAnnouncement, ReplicaEntries } from './judge-replicas.ts';
import type { RedisSecretFiles } from './redis-secrets.ts';
import type { StoreInspection } from './store-inspection.ts';
import type { StoreObserver } from './store-observer.ts';

/** A store, and what the process around it needs to know of it. */
export interface OpenedStore {
  readonly kind: 'memory' | 'redis';
  readonly store: SessionStore;
  /** Whether it has answered anything since the start: a later outage does not take that back. */
  hasAnswered(): boolean;
  /** Asks the store for its version and settings. @throws {StoreUnavailable} */
  inspect(): Promise<StoreInspection>;
  /** Tells the other replicas about this one, and what they told. @throws {StoreUnavailable} */
  announce(own: ReplicaAnnouncement): Promise<ReplicaEntries>;
  close(): Promise<void>;
}

export interface StoreOptions extends RedisSecretFiles {
  /** The clock of the memory store; with Redis only to measure how far its clock is off. Milliseconds since 1970. */
  readonly clock: () => number;
  readonly observer?: StoreObserver | undefined;
  /** Told that the files, read again before a connection, cannot be used: the last good secrets stay. No secret is in it. */
  readonly secretsRejected?: ((why: string) => void) | undefined;
  /** A Redis command without a reply for this long has failed. */
  readonly commandTimeoutMs?: number | undefined;
  readonly memorySessionsMax?: number | undefined;
}
