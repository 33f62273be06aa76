import type { SessionDirectory } from '../../../session/session-directory.ts';
import type { SessionStore } from '../../../session/session-store.ts';
import type { Capabilities } from '../../capabilities.ts';
import type { StoreObserver } from '../../store-observer.ts';
import { RedisDirectory } from '../directory/redis-directory.ts';
import { RedisSessionStore } from '../redis-session-store.ts';
import type { KnownMarks } from '../installation/known-marks.ts';
import type { ScriptRunner } from '../connection/script-runner.ts';
import type { Ledger, Note } from './ledger.ts';
import { placeOfCall } from './note-place.ts';
import { notingDirectory } from './noting-directory.ts';
import { NotingStore } from './noting-store.ts';
import type { NoteWatch } from './unconfirmed-notes.ts';
import { writeAgain } from './write-again.ts';

export interface RedisPortsOptions {
  readonly connection: ScriptRunner;
  readonly capabilities: Capabilities;
  readonly observer: StoreObserver;
  readonly ledger: Ledger;
  /** What is known of the installation marks. */
  readonly marks: KnownMarks;
  readonly watch?: NoteWatch | undefined;
}

/** The ports of the store over one connection. What has to last is noted before it is sent. */
export class RedisPorts {
  readonly store: SessionStore;
  readonly directory: SessionDirectory;
  /** Makes noted calls again. @throws {StoreUnavailable} */
  readonly writeAgain: (notes: readonly Note[]) => Promise<void>;
  /** The same for everything that is noted of these partitions. @throws {StoreUnavailable} */
  readonly writeAgainIn: (partitions: ReadonlySet<number>) => Promise<void>;
  /** Finds out what became of visits of a login that got no answer. Never rejects. */
  readonly settleVisits: () => Promise<void>;

  constructor({ connection, capabilities, observer, ledger, marks, watch }: RedisPortsOptions) {
    const store = new RedisSessionStore({ connection, capabilities, observer, marks });
    const silentStore = new RedisSessionStore({ connection, capabilities, observer: {}, marks });
    const directory = new RedisDirectory(connection, capabilities);
    const noting = new NotingStore(store, ledger, watch);
    this.store = noting;
    this.settleVisits = async () => noting.settleVisits();
    this.directory = notingDirectory(directory, ledger, watch);
    const nowMs = async (): Promise<number> => connection.time();
    const ageMs = (note: Note): number => ledger.ageMs(note);
    this.writeAgain = async (notes) =>
      writeAgain(notes, { store, silentStore, directory, nowMs, ageMs });
    this.writeAgainIn = async (partitions) => {
      const notes = ledger.newestFirst().filter(({ call }) => partitions.has(placeOfCall(call)));
      await this.writeAgain(notes);
      observer.writtenAgain?.(notes.length);
    };
  }
}
