import type { Socket } from 'node:net';
import { AbstractConnector } from 'ioredis';
import type { HostAndPort } from '../../store-hosts.ts';
import { openSocket } from '../access/open-socket.ts';
import type { ReconnectPace } from '../access/reconnect-pace.ts';
import type { RedisSecrets } from '../access/redis-secrets.ts';
import { SentinelFault } from '../access/sentinel-fault.ts';
import type { PrimaryChoice } from './primary-choice.ts';
import type { SentinelView } from './sentinel-view.ts';

export interface SentinelConnectorOptions {
  readonly view: SentinelView;
  readonly choice: PrimaryChoice;
  /** Whether a server could be used. Ends with `false` after a request to stop. */
  readonly tryServer: (server: HostAndPort, stop: AbortSignal) => Promise<boolean>;
  readonly isEncrypted: boolean;
  /** The current ones. */
  readonly secrets: () => RedisSecrets;
  /** The pace of the attempts; the user of the connection says when one succeeded. */
  readonly pace: ReconnectPace;
  readonly disconnectTimeoutMs: number;
}

/** While a newer server is passed over, it is tried again so often. */
const TRY_NEWER_EVERY_MS = 2_000;

/**
 * Connects an ioredis client to the server that the Sentinels name. It never gives up. As soon as
 * they name another one, the connection is closed, so that a former primary is left also by a
 * process that sends it nothing.
 *
 * It is not ioredis' own connector: that one ends for good when a Sentinel names no valid port,
 * misses a change of primary while it is not connected to a Sentinel, leaves its connection for the
 * failover of any primary that the Sentinels watch, and writes to stderr.
 */
export class SentinelConnector extends AbstractConnector {
  readonly #options: SentinelConnectorOptions;
  #wake: (() => void) | undefined;
  #isFirst = true;

  constructor(options: SentinelConnectorOptions) {
    super(options.disconnectTimeoutMs);
    this.#options = options;
  }

  override async connect(emit: (type: string, error: Error) => void): Promise<Socket> {
    const { view, choice, pace } = this.#options;
    this.connecting = true;
    if (pace.failed > 0) view.refresh();
    if (!this.#isFirst) await this.#newsWithin(pace.nextMs());
    this.#isFirst = false;
    while (this.connecting) {
      const target = choice.next();
      if (target !== undefined) return this.#open(target.address);
      const why = choice.fault() ?? view.fault();
      if (why !== undefined) emit('error', new SentinelFault(why));
      // oxlint-disable-next-line no-await-in-loop -- until a Sentinel answers
      await this.#newsWithin(pace.nextMs());
    }
    // What ioredis expects when it is closed meanwhile.
    throw new Error('Connection is closed.');
  }

  override disconnect(): void {
    super.disconnect();
    this.#wake?.();
  }

  #open(server: HostAndPort): Socket {
    const { isEncrypted, secrets, view, choice } = this.#options;
    const stream = openSocket(server, isEncrypted, secrets().secureContext);
    this.stream = stream;
    stream.once('error', (error) => (this.firstError = error));
    const leave = (): void => {
      if (choice.isLeft()) stream.destroy();
    };
    const stopListening = view.onChange(leave);
    const ended = new AbortController();
    const timer = setInterval(() => void this.#tryNewer(ended.signal, leave), TRY_NEWER_EVERY_MS);
    stream.once('close', () => {
      stopListening();
      clearInterval(timer);
      ended.abort();
    });
    return stream;
  }

  /** A newer server that was passed over may be usable by now, or may have become a primary. */
  async #tryNewer(stop: AbortSignal, leave: () => void): Promise<void> {
    const { choice, tryServer } = this.#options;
    await Promise.all(
      choice.newer().map(async (newer) => {
        if (!(await tryServer(newer.address, stop)) || stop.aborted) return;
        choice.usable(newer);
        leave();
      }),
    );
  }

  /** Waits for news from the Sentinels, but no longer than that. */
  async #newsWithin(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        stop();
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(wake, delayMs);
      const stop = this.#options.view.onChange(wake);
      this.#wake = wake;
    });
  }
}
