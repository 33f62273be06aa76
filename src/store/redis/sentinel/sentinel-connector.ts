import type { Socket } from 'node:net';
import { AbstractConnector } from 'ioredis';
import type { HostAndPort } from '../../store-hosts.ts';
import { openSocket } from '../access/open-socket.ts';
import type { ReconnectPace } from '../access/reconnect-pace.ts';
import type { RedisSecrets } from '../access/redis-secrets.ts';
import { SentinelFault } from '../access/sentinel-fault.ts';
import { isSame } from './sentinel-view.ts';
import type { NamedPrimary, SentinelView } from './sentinel-view.ts';

export interface SentinelConnectorOptions {
  readonly view: SentinelView;
  readonly isEncrypted: boolean;
  /** The current ones. */
  readonly secrets: () => RedisSecrets;
  /** The pace of the attempts; the user of the connection says when one succeeded. */
  readonly pace: ReconnectPace;
  readonly disconnectTimeoutMs: number;
}

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
  /** The server that Sentinels named first at the last attempt, and the attempts since then. */
  #first: HostAndPort | undefined;
  #turn = 0;

  constructor(options: SentinelConnectorOptions) {
    super(options.disconnectTimeoutMs);
    this.#options = options;
  }

  override async connect(emit: (type: string, error: Error) => void): Promise<Socket> {
    const { view, pace } = this.#options;
    this.connecting = true;
    if (pace.failed > 0) view.refresh();
    if (!this.#isFirst) await this.#newsWithin(pace.nextMs());
    this.#isFirst = false;
    while (this.connecting) {
      const named = view.primaries();
      const target = this.#next(named);
      if (target !== undefined) return this.#open(target, named);
      const why = view.fault();
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

  /** After a failed attempt, the next one of those that are named, should Sentinels disagree. */
  #next(named: readonly NamedPrimary[]): NamedPrimary | undefined {
    const [first] = named;
    if (first === undefined) return undefined;
    if (this.#first === undefined || !isSame(first.address, this.#first)) this.#turn = 0;
    if (this.#options.pace.failed <= 1) this.#turn = 0;
    this.#first = first.address;
    const target = named[this.#turn % named.length];
    this.#turn += 1;
    return target;
  }

  #open(target: NamedPrimary, named: readonly NamedPrimary[]): Socket {
    const { isEncrypted, secrets, view } = this.#options;
    const stream = openSocket(target.address, isEncrypted, secrets().secureContext);
    this.stream = stream;
    stream.once('error', (error) => (this.firstError = error));
    const stop = view.onChange(() => {
      if (isLeft(target, named, view.primaries())) stream.destroy();
    });
    stream.once('close', stop);
    return stream;
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

/**
 * Whether another server is named since then, by a Sentinel that knows more than those of the target.
 * @param before what was named when the target was chosen
 */
function isLeft(
  { address, epoch }: NamedPrimary,
  before: readonly NamedPrimary[],
  now: readonly NamedPrimary[],
): boolean {
  const known = now.find((each) => isSame(each.address, address))?.epoch ?? epoch;
  const isNews = (other: NamedPrimary): boolean =>
    !before.some((each) => isSame(each.address, other.address) && each.epoch >= other.epoch);
  return now.some(
    (other) => !isSame(other.address, address) && other.epoch > known && isNews(other),
  );
}
