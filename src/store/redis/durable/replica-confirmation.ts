import type { Confirmation } from '../../administration.ts';
import { integerOf, textOf } from '../read-reply.ts';
import type { StoreConnection } from '../connection/store-connection.ts';
import type { RespReply } from '../wire/resp.ts';
import { PRIMARY_SECTIONS, readPrimaryInfo } from './primary-info.ts';
import type { Note } from './ledger.ts';
import type { RequiredReplicas } from './required-replicas.ts';
import type { UnconfirmedNotes } from './unconfirmed-notes.ts';

/** A server of the store, on the connection on which administration writes. */
export interface WrittenServer {
  /** Sends a plain command to this server. @throws {StoreUnavailable} */
  read(...words: readonly string[]): Promise<RespReply>;
  /** Its replicas have everything that it was sent until {@link WrittenServers} named it. */
  confirmed?(): void;
}

/** The servers on which something was written that is not confirmed yet; at least one. */
export type WrittenServers<Connection> = (connection: Connection) => readonly WrittenServer[];

export interface ReplicaConfirmationOptions<Connection extends StoreConnection> {
  /** The connection on which everything was written, once it is up. */
  readonly up: () => Promise<Connection>;
  readonly servers: WrittenServers<Connection>;
  readonly required: RequiredReplicas;
  /** What was written on this connection, or on an earlier one. */
  readonly unconfirmed: UnconfirmedNotes;
  /** The store failed or refused. Nothing is confirmed then. */
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

interface Asker {
  readonly untilMs: number;
  readonly answer: (confirmation: Confirmation) => void;
}

/**
 * Waits until the replicas have what was written on one connection. Everything that asks while a
 * `WAIT` is under way shares the next one.
 */
export class ReplicaConfirmation<Connection extends StoreConnection> {
  readonly #options: ReplicaConfirmationOptions<Connection>;
  #askers: Asker[] = [];
  #isAsking = false;

  constructor(options: ReplicaConfirmationOptions<Connection>) {
    this.#options = options;
  }

  /** Whether the replicas have everything that was answered before this call. Never throws. */
  async confirm(): Promise<Confirmation> {
    return new Promise((answer) => {
      this.#askers.push({ untilMs: performance.now() + CONFIRM_MAX_MS, answer });
      if (!this.#isAsking) void this.#ask();
    });
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    while (this.#askers.length > 0) {
      const askers = this.#askers.splice(0);
      // oxlint-disable-next-line no-await-in-loop -- one WAIT after another
      const found = await this.#askOnce().catch((fault: unknown) => this.#failed(fault));
      for (const asker of askers) {
        if (found === 'waiting' && performance.now() < asker.untilMs) this.#askers.push(asker);
        else asker.answer(found === 'waiting' ? 'unconfirmed' : found);
      }
    }
    this.#isAsking = false;
  }

  #failed(fault: unknown): Confirmation {
    this.#options.failed(fault instanceof Error ? fault : new Error('unknown fault'));
    return 'unconfirmed';
  }

  /** `waiting`: too few replicas have it so far. @throws {StoreUnavailable} */
  async #askOnce(): Promise<Confirmation | 'waiting'> {
    const { up, servers, unconfirmed, writeAgain } = this.#options;
    const connection = await up();
    const { generation } = connection;
    const lost = unconfirmed.writtenBefore(generation);
    if (lost.size > 0) await writeAgain([...lost.values()]);
    for (const name of lost.keys()) unconfirmed.written(name, generation);
    const names = unconfirmed.names();
    const written = servers(connection);
    const answers = await Promise.all(written.map(async (server) => this.#askServer(server)));
    if (answers.includes('waiting')) return 'waiting';
    if (answers.includes('nothing_to_confirm')) return 'nothing_to_confirm';
    // A new connection has sent nothing yet, so its WAIT says nothing about the one before.
    if (connection.generation !== generation) return 'waiting';
    for (const server of written) server.confirmed?.();
    unconfirmed.confirmed(names);
    return 'confirmed';
  }

  async #askServer(
    server: WrittenServer,
  ): Promise<Exclude<Confirmation, 'unconfirmed'> | 'waiting'> {
    const info = readPrimaryInfo(textOf(await server.read('INFO', ...PRIMARY_SECTIONS)));
    const count = this.#options.required.of(info.replicasOnline);
    if (count === 0) return 'nothing_to_confirm';
    const reached = integerOf(textOf(await server.read('WAIT', `${count}`, `${WAIT_ONCE_MS}`)));
    return reached < count ? 'waiting' : 'confirmed';
  }
}
