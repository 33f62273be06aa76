import type { SessionDirectory } from '../../../session/session-directory.ts';
import type { SessionStore } from '../../../session/session-store.ts';
import type { Administration, Confirmation } from '../../administration.ts';
import type { Capabilities } from '../../capabilities.ts';
import type { Installation } from '../../installation.ts';
import { both } from '../../store-observer.ts';
import type { StoreObserver } from '../../store-observer.ts';
import type { ConnectionOptions } from '../connection/connection-options.ts';
import type { StoreConnection } from '../connection/store-connection.ts';
import type { KnownMarks } from '../installation/known-marks.ts';
import { RedisInstallation } from '../installation/redis-installation.ts';
import type { Ledger } from './ledger.ts';
import { PatientConnection } from './patient-connection.ts';
import { RedisPorts } from './redis-ports.ts';
import { ReplicaConfirmation } from './replica-confirmation.ts';
import type { WrittenServers } from './replica-confirmation.ts';
import type { RequiredReplicas } from './required-replicas.ts';
import { UnconfirmedNotes } from './unconfirmed-notes.ts';
import type { NoteWatch } from './unconfirmed-notes.ts';

type OwnOptions = 'observer' | 'replyMaxMs' | 'silenceMaxMs' | 'connected';

export interface RedisAdministrationOptions<Connection extends StoreConnection> {
  /** Opens a connection. */
  readonly connect: (options: Pick<ConnectionOptions, OwnOptions>) => Connection;
  readonly servers: WrittenServers<Connection>;
  /** Whether calls need not wait any more. */
  readonly isUp: (connection: Connection) => boolean;
  readonly observer: StoreObserver;
  readonly capabilities: Capabilities;
  readonly ledger: Ledger;
  /** What is known of the installation marks. */
  readonly marks: KnownMarks;
  readonly required: RequiredReplicas;
}

/** How long a call waits for a connection. */
const UP_MAX_MS = 1_000;
/** An operator would rather wait than try again. Each call may also wait behind a `WAIT`. */
const REPLY_MAX_MS = 1_000;
const SILENCE_MAX_MS = 2_000;

/** Administration on Redis. Its connection is opened when it is first used. */
export class RedisAdministration<Connection extends StoreConnection> implements Administration {
  readonly store: SessionStore;
  readonly directory: SessionDirectory;
  readonly installation: Installation;
  readonly #capabilities: Capabilities;
  readonly #connection: PatientConnection<Connection>;
  readonly #confirmation: ReplicaConfirmation<Connection>;

  constructor(given: RedisAdministrationOptions<Connection>) {
    const { connect, servers, isUp, capabilities, ledger, marks, required, ...options } = given;
    const { called, wrote, clockSkew, desync } = both(options.observer, {});
    // Not `up`: only the connection of the checks says whether the store is up.
    const observer: StoreObserver = { called, wrote, clockSkew, desync };
    const limits = { replyMaxMs: REPLY_MAX_MS, silenceMaxMs: SILENCE_MAX_MS };
    const connection = new PatientConnection({
      open: (connected) => connect({ observer, connected, ...limits }),
      isUp,
      upMaxMs: UP_MAX_MS,
    });
    this.#capabilities = capabilities;
    this.#connection = connection;
    const unconfirmed = new UnconfirmedNotes(ledger);
    const watch: NoteWatch = {
      sending: () => servers.changes(connection.current),
      answered: (name, call, since) => {
        const { current } = connection;
        const isSure = current !== undefined && servers.changes(current) === since;
        unconfirmed.written(name, call, isSure ? servers.serverOf(current, call) : undefined);
      },
    };
    const ports = new RedisPorts({ connection, capabilities, observer, ledger, marks, watch });
    this.store = ports.store;
    this.directory = ports.directory;
    this.installation = new RedisInstallation(connection);
    this.#confirmation = new ReplicaConfirmation({
      up: async () => connection.up(),
      servers,
      required,
      unconfirmed,
      ledger,
      failed: (fault) => options.observer.confirmFailed?.(fault),
      writeAgain: ports.writeAgain,
    });
  }

  /**
   * A replica of an earlier version writes nothing again when the primary changes. While there is
   * one, or may be, nothing is confirmed.
   */
  async confirm(): Promise<Confirmation> {
    if (!this.#capabilities.allCan('subjects')) return 'unconfirmed';
    return this.#confirmation.confirm();
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
