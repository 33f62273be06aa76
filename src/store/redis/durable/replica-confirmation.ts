import { setTimeout as sleep } from 'node:timers/promises';
import { asError } from '../../as-error.ts';
import { StoreUnavailable } from '../../../session/session-store.ts';
import type { Confirmation } from '../../administration.ts';
import { integerOf, textOf } from '../read-reply.ts';
import type { StoreConnection } from '../connection/store-connection.ts';
import { PRIMARY_SECTIONS, readPrimaryInfo } from './primary-info.ts';
import type { Ledger, Note, NotedCall } from './ledger.ts';
import type { RequiredReplicas } from './required-replicas.ts';
import { isOn } from './unconfirmed-notes.ts';
import type { UnconfirmedNotes, WrittenNote, WrittenServer } from './unconfirmed-notes.ts';

/** The servers on which administration writes. */
export interface WrittenServers<Connection> {
  all(connection: Connection): readonly WrittenServer[];
  /** The server that has the keys of this call now; `undefined` if there is none. */
  serverOf(connection: Connection, call: NotedCall): WrittenServer | undefined;
  /** Grows whenever a call may be answered by another server than `serverOf` has named for it. */
  changes(connection: Connection | undefined): number;
}

export interface ReplicaConfirmationOptions<Connection extends StoreConnection> {
  /** The connection on which everything was written, once it is up. */
  readonly up: () => Promise<Connection>;
  readonly servers: WrittenServers<Connection>;
  readonly required: RequiredReplicas;
  readonly unconfirmed: UnconfirmedNotes;
  readonly ledger: Pick<Ledger, 'get'>;
  /** The store failed or refused. What was written there is not confirmed then. */
  readonly failed: (fault: Error) => void;
  /** Writes on the current connection. @throws {StoreUnavailable} */
  readonly writeAgain: (notes: readonly Note[]) => Promise<void>;
}

/** How long replicas may take to confirm. */
export const CONFIRM_MAX_MS = 1_000;
/**
 * `WAIT` blocks its connection. It is asked for a short time, again and again, so that other calls
 * of administration get through while a replica is silent.
 */
const WAIT_ONCE_MS = 100;
/** Before a part of a Cluster that is being moved is asked again. */
const UNSURE_MS = 50;

/** What one try came to. `waiting`: too few replicas have it so far. */
type Found = Confirmation | 'waiting';

/** The worst first. */
const FOUND: readonly Found[] = ['unconfirmed', 'waiting', 'nothing_to_confirm', 'confirmed'];

interface Asker {
  readonly untilMs: number;
  /** What was written before it asked. */
  readonly notes: readonly WrittenNote[];
  readonly answer: (confirmation: Confirmation) => void;
}

/**
 * Waits until the replicas have what was written, each server's own. Everything that asks while a
 * `WAIT` is under way shares the next one. Without anything to wait for, all servers are asked
 * whether there would be anything to confirm.
 */
export class ReplicaConfirmation<Connection extends StoreConnection> {
  readonly #options: ReplicaConfirmationOptions<Connection>;
  #askers: Asker[] = [];
  #isAsking = false;

  constructor(options: ReplicaConfirmationOptions<Connection>) {
    this.#options = options;
  }

  /**
   * Whether the replicas have everything that was answered before this call, also to others: a call
   * that is repeated, because it was not confirmed, need not write the same again. Never throws.
   */
  async confirm(): Promise<Confirmation> {
    const notes = this.#options.unconfirmed.all();
    return new Promise((answer) => {
      this.#askers.push({ untilMs: performance.now() + CONFIRM_MAX_MS, notes, answer });
      if (!this.#isAsking) void this.#ask();
    });
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    while (this.#askers.length > 0) {
      const askers = this.#askers.splice(0);
      // oxlint-disable-next-line no-await-in-loop -- one WAIT after another
      const foundBy = await this.#askOnce(askers).catch((fault: unknown) => {
        const found = this.#failed(fault);
        return () => found;
      });
      for (const asker of askers) {
        const found = foundBy(asker);
        if (found === 'waiting' && performance.now() < asker.untilMs) this.#askers.push(asker);
        else asker.answer(found === 'waiting' ? 'unconfirmed' : found);
      }
    }
    this.#isAsking = false;
  }

  /** Asks each server that has something of these askers. */
  async #askOnce(askers: readonly Asker[]): Promise<(asker: Asker) => Found> {
    const { up, servers } = this.#options;
    const connection = await up();
    const notesOf = new Map<WrittenServer | undefined, WrittenNote[]>();
    if (askers.some(({ notes }) => notes.length === 0)) {
      for (const server of servers.all(connection)) notesOf.set(server, []);
    }
    const asked = new Set(askers.flatMap(({ notes }) => notes));
    for (const note of asked) {
      if (note.isConfirmed) continue;
      const server = servers.serverOf(connection, note.call);
      const notes = notesOf.get(server) ?? [];
      notesOf.set(server, notes);
      notes.push(note);
    }
    const all: Found[] = [];
    const found = new Map<WrittenNote, Found>();
    await Promise.all(
      [...notesOf].map(async ([server, notes]) => {
        const answer = await this.#confirmOn(connection, server, notes).catch((fault: unknown) =>
          this.#failed(fault),
        );
        all.push(answer);
        for (const note of notes) found.set(note, answer);
      }),
    );
    return ({ notes }) => {
      const own = notes.length === 0 ? all : notes.map((note) => found.get(note) ?? 'confirmed');
      return FOUND.find((each) => own.includes(each)) ?? 'unconfirmed';
    };
  }

  #failed(fault: unknown): Confirmation {
    this.#options.failed(asError(fault, 'unknown fault'));
    return 'unconfirmed';
  }

  /** @throws {StoreUnavailable} */
  async #confirmOn(
    connection: Connection,
    server: WrittenServer | undefined,
    notes: readonly WrittenNote[],
  ): Promise<Found> {
    if (server === undefined) throw new StoreUnavailable('down', 'no server has this part');
    const { required, unconfirmed } = this.#options;
    const { generation } = server;
    const lost = notes.filter((note) => !isOn(note, server));
    if (lost.length > 0) await this.#writeAgain(connection, server, lost);
    const info = readPrimaryInfo(textOf(await server.read('INFO', ...PRIMARY_SECTIONS)));
    const count = required.of(info, server.word);
    if (count === 0) return 'nothing_to_confirm';
    const reached = integerOf(textOf(await server.read('WAIT', `${count}`, `${WAIT_ONCE_MS}`)));
    if (reached < count) return 'waiting';
    // A new connection has sent nothing yet, so its WAIT says nothing about the one before.
    if (server.generation !== generation) return 'waiting';
    if (notes.some((note) => !isOn(note, server))) {
      await sleep(UNSURE_MS);
      return 'waiting';
    }
    unconfirmed.confirmed(notes);
    return 'confirmed';
  }

  /** What was written elsewhere, or on an earlier connection. @throws {StoreUnavailable} */
  async #writeAgain(
    connection: Connection,
    server: WrittenServer,
    lost: readonly WrittenNote[],
  ): Promise<void> {
    const { servers, ledger, writeAgain } = this.#options;
    const notes = lost.map(({ name }) => ledger.get(name)).filter((note) => note !== undefined);
    if (notes.length < lost.length) {
      throw new StoreUnavailable('down', 'what was written is not noted any more');
    }
    const { generation } = server;
    const changes = servers.changes(connection);
    await writeAgain(notes);
    const isSure = servers.changes(connection) === changes;
    for (const note of lost) {
      note.server = isSure ? server : undefined;
      note.generation = generation;
    }
  }
}
