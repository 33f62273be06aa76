import type { Socket } from 'node:net';
import { AbstractConnector } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { openSocket } from './open-socket.ts';

/**
 * Connects an ioredis client to a host and port. It is not ioredis' own connector, because that one
 * asks the resolver at each attempt.
 */
export class HostConnector extends AbstractConnector {
  readonly #options: RedisOptions;

  /** @param options {@link RedisOptions} of the client, which may change between two connections */
  constructor(options: unknown) {
    const given = options as RedisOptions;
    super(given.disconnectTimeout ?? 0);
    this.#options = given;
  }

  override async connect(): Promise<Socket> {
    this.connecting = true;
    // After the work at hand, such as that of the start: the time for the connection must not pass
    // meanwhile.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    // What ioredis expects when it is closed meanwhile.
    if (!this.connecting) throw new Error('Connection is closed.');
    const { host = '', port = 0, tls } = this.#options;
    const stream = openSocket({ host, port }, tls !== undefined, tls?.secureContext);
    this.stream = stream;
    stream.once('error', (error) => (this.firstError = error));
    return stream;
  }
}
