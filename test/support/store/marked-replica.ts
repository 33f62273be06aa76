import type { Redis } from 'ioredis';
import type { TouchOutcome } from '../../../src/session/touch-outcome.ts';
import type { OpenedStore, StoreOptions } from '../../../src/store/opened-store.ts';
import type { OnStoreLoss } from '../../../src/terms/on-store-loss.ts';
import type { RedisServer } from '../redis/redis-server.ts';
import { StoreJournal } from './store-journal.ts';
import { sourceWith, touchOf } from './store-requests.ts';
import { announceAbilities, openAsCurfew, untilUp } from './store-world.ts';

/** What a replica of Curfew notices of the installation marks, one turn of its sweeper after the other. */
export class MarkedReplica {
  readonly opened: OpenedStore;
  readonly journal: StoreJournal;
  readonly #mode: { onStoreLoss: OnStoreLoss };

  private constructor(
    opened: OpenedStore,
    journal: StoreJournal,
    mode: { onStoreLoss: OnStoreLoss },
  ) {
    this.opened = opened;
    this.journal = journal;
    this.#mode = mode;
  }

  /** Starts one that has not looked at the marks yet. */
  static async start(server: RedisServer, onStoreLoss: OnStoreLoss): Promise<MarkedReplica> {
    return MarkedReplica.startAt(async (options) => openAsCurfew(server, options), onStoreLoss);
  }

  /** As `start`. @param open opens the store, and resolves when it is up */
  static async startAt(
    open: (options: Partial<StoreOptions>) => Promise<OpenedStore>,
    onStoreLoss: OnStoreLoss,
  ): Promise<MarkedReplica> {
    const journal = new StoreJournal();
    const mode = { onStoreLoss };
    const opened = await open({
      observer: journal,
      commandTimeoutMs: 5_000, // a busy machine is slow, and nothing here is about time
      onStoreLoss: () => mode.onStoreLoss,
    });
    await announceAbilities(opened);
    return new MarkedReplica(opened, journal, mode);
  }

  /** One turn of the sweeper. It looks at all marks if it has a new connection. */
  async turn(): Promise<void> {
    await untilUp(this.opened);
    const { fault } = await this.opened.sweeper.sweep(new Map([['web', sourceWith()]]), 100);
    if (fault !== undefined) throw fault;
  }

  /** A request with an unknown opaque credential. */
  async open(name: string): Promise<TouchOutcome> {
    return this.opened.store.open({
      ...touchOf(name),
      opening: 'first-use',
      startedAtMs: undefined,
      onStoreLoss: this.#mode.onStoreLoss,
    });
  }

  /** How such a request ends: `live`, or the text of the fault. */
  async tryOpen(name: string): Promise<string> {
    return this.open(name).then(
      ({ kind }) => kind,
      (error: Error) => error.message,
    );
  }

  /** How many partitions it has counted as lost. */
  get lost(): number {
    return this.journal.losses.reduce((sum, { partitions }) => sum + partitions, 0);
  }

  async close(): Promise<void> {
    await this.opened.close();
  }
}

/** The key of the mark of a partition. */
export function markKey(partition: number): string {
  return `curfew:1:{${partition.toString(16).padStart(2, '0')}}:installation`;
}

/** All keys of marks that are there. */
export async function markKeys(admin: Redis): Promise<string[]> {
  return admin.keys('curfew:1:*:installation');
}

/** Makes all marks older, as if this time had passed for them. */
export async function ageMarks(admin: Redis, ms: number): Promise<void> {
  const keys = await markKeys(admin);
  await Promise.all(
    keys.flatMap((key) => ['b', 't'].map((field) => admin.hincrby(key, field, -ms))),
  );
}

/** The next turn of every replica looks at all marks, because its connection is a new one. */
export async function reconnectAll(admin: Redis): Promise<void> {
  await admin.call('CLIENT', 'KILL', 'USER', 'curfew');
}
