import type { OpenRequest, TouchReceiver, TouchRequest } from '../../../session/session-store.ts';
import type { TouchOutcome } from '../../../session/touch-outcome.ts';
import type { StoreConnection } from '../connection/store-connection.ts';
import type { ScriptRunner } from '../connection/script-runner.ts';
import type { RespReply } from '../wire/resp.ts';

export interface PatientConnectionOptions<Connection extends StoreConnection> {
  /** Opens the connection. `connected` has to be called at each new connection. */
  readonly open: (connected: () => void) => Connection;
  /** Whether calls need not wait any more. */
  readonly isUp: (connection: Connection) => boolean;
  /** How long a call waits while there is no connection. */
  readonly upMaxMs: number;
}

/** A connection that is opened when it is first used, and whose calls wait until it is up. */
export class PatientConnection<Connection extends StoreConnection> implements ScriptRunner {
  readonly #options: PatientConnectionOptions<Connection>;
  #connection: Connection | undefined;
  #waiting = new Set<() => void>();
  #isClosed = false;

  constructor(options: PatientConnectionOptions<Connection>) {
    this.#options = options;
  }

  /** As it is; `undefined` before the first use. */
  get current(): Connection | undefined {
    return this.#connection;
  }

  /** The connection, once it is up or `upMaxMs` have passed without it. */
  async up(): Promise<Connection> {
    this.#connection ??= this.#options.open(() => this.#wake());
    const connection = this.#connection;
    if (!this.#isClosed && !this.#options.isUp(connection)) await this.#wait();
    return connection;
  }

  touch(request: TouchRequest, deadlineAtMs: number, receiver: TouchReceiver): void {
    void this.up().then((connection) => connection.touch(request, deadlineAtMs, receiver));
  }

  async open(
    request: OpenRequest,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<TouchOutcome> {
    return (await this.up()).open(request, keys, args);
  }

  run: ScriptRunner['run'] = async (name, keys, args, words) =>
    (await this.up()).run(name, keys, args, words);

  async read(...words: readonly string[]): Promise<RespReply> {
    return (await this.up()).read(...words);
  }

  async time(key?: string): Promise<number> {
    return (await this.up()).time(key);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    await this.#connection?.close();
  }

  async #wait(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => done(), this.#options.upMaxMs);
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
    });
  }

  #wake(): void {
    for (const done of this.#waiting) done();
  }
}
