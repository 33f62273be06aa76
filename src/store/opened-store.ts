import type { SessionDirectory } from '../session/session-directory.ts';
import type { SessionStore } from '../session/session-store.ts';
import type { OnStoreLoss } from '../terms/on-store-loss.ts';
import type { Administration } from './administration.ts';
import type { Capabilities } from './capabilities.ts';
import type { AnnouncedReplica, ReplicaAnnouncement, ReplicaEntries } from './compare-replicas.ts';
import type { EndsNews } from './ends-news.ts';
import type { StoreFiles } from './store-files.ts';
import type { StoreInspection, StoreWarning } from './store-inspection.ts';
import type { StoreObserver } from './store-observer.ts';
import type { Sweeper } from './sweep/sweeper.ts';

/** A store, and what the process around it needs from it. */
export interface OpenedStore {
  readonly store: SessionStore;
  /** Finds the sessions of this store, and knows whose they are. */
  readonly directory: SessionDirectory;
  /** Left out by a store that only one process uses. */
  readonly ends?: EndsNews | undefined;
  readonly sweeper: Sweeper;
  readonly administration: Administration;
  /** What all replicas can read, by the last announcement. */
  readonly capabilities: Capabilities;
  /**
   * Whether it has answered anything since the start; an outage after that does not change this.
   */
  hasAnswered(): boolean;
  /** Asks the store for its version and settings. @throws {StoreUnavailable} */
  inspect(): Promise<StoreInspection>;
  /**
   * Tries every command that is needed, so that a missing permission is named before a user meets
   * it. Changes nothing. Returns what is missing that no decision needs.
   * @throws {StoreUnavailable} the store refused some that decisions need; it names them
   */
  tryPermissions(): Promise<readonly StoreWarning[]>;
  /**
   * Announces this replica to the others. Returns what all of them have announced.
   * @throws {StoreUnavailable}
   */
  announce(own: ReplicaAnnouncement): Promise<ReplicaEntries>;
  /** The replicas that have announced themselves lately. @throws {StoreUnavailable} */
  replicas(): Promise<readonly AnnouncedReplica[]>;
  /** Releases sockets and timers. Calls without a reply fail, and so does every later call. */
  close(): Promise<void>;
}

export interface StoreOptions extends StoreFiles {
  /**
   * Milliseconds since 1970. The clock of the memory store; with Redis it only serves to measure
   * how far Redis's clock differs from it.
   */
  readonly clock: () => number;
  readonly observer?: StoreObserver | undefined;
  /** The user of the Sentinels; that of Redis is in the URL. */
  readonly sentinelUsername?: string | undefined;
  /**
   * Called when the files cannot be used as they are read again before a connection. The last good
   * secrets stay in use. The text contains no secret.
   */
  readonly secretsRejected?: ((why: string) => void) | undefined;
  /** A Redis command without a reply for this long has failed. */
  readonly commandTimeoutMs?: number | undefined;
  /**
   * How many replicas have to confirm what administration writes. By default all that are
   * connected, and at least one if there were any lately.
   */
  readonly durableReplicas?: number | undefined;
  readonly memorySessionsMax?: number | undefined;
  /** What the policy file says now about a store that has lost data. `continue` by default. */
  readonly onStoreLoss?: (() => OnStoreLoss) | undefined;
}
