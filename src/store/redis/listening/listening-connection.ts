import { asError } from '../../as-error.ts';
import type { WayToRedis } from '../connection/connect-redis.ts';
import { openWire } from '../connection/open-wire.ts';
import { COMMAND_TIMEOUT_MS, endClient, SOCKET_TIMEOUT_MS } from '../connection/redis-client.ts';
import type { RedisWire } from '../wire/redis-wire.ts';
import { respCommand, RespError } from '../wire/resp.ts';
import type { RespReply } from '../wire/resp.ts';

export interface ListeningOptions {
  /** Sharded channels: on a node of a Cluster, those of its own slots. */
  readonly channels: readonly string[];
  message(text: string): void;
  /** All channels are listened to, again or for the first time. */
  listening(): void;
  /** The server does not let this process listen, with its word for the reason. */
  refused(word: string): void;
  /** There is no connection, or none that listens, for this reason. */
  deaf?(why: string): void;
}

/** A connection that says nothing for so long is asked for a sign of life. */
const LOOK_EVERY_MS = 2_000;

/** A connection that only listens to channels of Redis, through all its reconnections. */
export class ListeningConnection {
  readonly #way: WayToRedis;
  readonly #options: ListeningOptions;
  #wire: RedisWire | undefined;
  #waiting = 0;
  #isGreeted = false;
  #hasHeard = true;
  readonly #timer: NodeJS.Timeout;

  constructor(way: WayToRedis, options: ListeningOptions) {
    this.#way = way;
    this.#options = options;
    way.client.on('ready', () => void this.#adopt());
    // Without a listener ioredis writes to stderr.
    way.client.on('error', (error) => options.deaf?.(error.message));
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#wire?.leave();
    await endClient(this.#way.client);
  }

  async #adopt(): Promise<void> {
    const { client, greeting, pace, used, refused } = this.#way;
    if (client.status !== 'ready') return;
    this.#isGreeted = false;
    const owner = {
      answered: () => undefined,
      desynced: () => undefined,
      notPrimary: () => client.disconnect(true),
      pushed: (reply: RespReply) => this.#isGreeted && this.#heard(reply),
    };
    const limits = { replyMaxMs: COMMAND_TIMEOUT_MS, silenceMaxMs: SOCKET_TIMEOUT_MS };
    try {
      const wire = await openWire({ client, greeting, owner, ...limits });
      pace.settled();
      used();
      this.#isGreeted = true;
      this.#listenOn(wire);
    } catch (fault) {
      refused(fault);
      this.#options.deaf?.(asError(fault, 'unknown').message);
      client.disconnect(true);
    }
  }

  // One command for each, because on a Cluster those of one command must be in one slot.
  #listenOn(wire: RedisWire): void {
    const { channels } = this.#options;
    this.#wire = wire;
    this.#hasHeard = true;
    this.#waiting = channels.length;
    wire.say(channels.map(subscription).join(''));
  }

  /** Once it listens, everything that the server sends is news, or a refusal. */
  #heard(reply: RespReply): boolean {
    this.#hasHeard = true;
    if (reply instanceof RespError) {
      this.#options.refused(reply.word);
      return true;
    }
    if (reply === null || typeof reply === 'string') return true;
    const [kind, , text] = reply;
    if (kind === 'smessage' && typeof text === 'string') this.#options.message(text);
    else if (kind === 'ssubscribe') this.#confirmed();
    // A slot has moved to another node of a Cluster.
    else if (kind === 'sunsubscribe') this.#options.deaf?.('a slot has moved');
    return true;
  }

  #confirmed(): void {
    if (this.#waiting === 0) return; // a sign of life
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#options.listening();
  }

  #look(): void {
    const wire = this.#wire;
    if (wire === undefined || !wire.isOpen) return;
    if (!this.#hasHeard) {
      wire.end();
      return;
    }
    this.#hasHeard = false;
    // Again, which changes nothing. PING would need one more right.
    wire.say(this.#options.channels.slice(0, 1).map(subscription).join(''));
  }
}

function subscription(channel: string): string {
  return respCommand(['SSUBSCRIBE', channel]);
}
