import type { WayToRedis } from '../connection/connect-redis.ts';
import { openWire } from '../connection/open-wire.ts';
import { COMMAND_TIMEOUT_MS, endClient, SOCKET_TIMEOUT_MS } from '../connection/redis-client.ts';
import type { RedisWire } from '../wire/redis-wire.ts';
import { respCommand, RespError } from '../wire/resp.ts';
import type { RespReply } from '../wire/resp.ts';

/** Receives what such connections hear. `connection` is the one of several that it concerns. */
export interface ListeningHandlers {
  message(text: string): void;
  /** All its channels are listened to, again or for the first time. */
  listening(connection: object): void;
  /** The server does not let this process listen, with its word for the reason. */
  refused(connection: object, word: string): void;
  closed(connection: object): void;
}

export interface ListeningOptions extends ListeningHandlers {
  /** Sharded channels: on a node of a Cluster, those of its own slots. */
  readonly channels: readonly string[];
}

/** A connection that says nothing for so long is asked for a sign of life. */
const LOOK_EVERY_MS = 2_000;

/** A connection that only listens to channels of Redis, through all its reconnections. */
export class ListeningConnection {
  readonly #way: WayToRedis;
  readonly #options: ListeningOptions;
  #wire: RedisWire | undefined;
  /** Channels that are not listened to, or not known to be. */
  readonly #waiting = new Set<string>();
  #isGreeted = false;
  #isForbidden = false;
  #hasHeard = true;
  readonly #timer: NodeJS.Timeout;

  constructor(way: WayToRedis, options: ListeningOptions) {
    this.#way = way;
    this.#options = options;
    way.client.on('ready', () => void this.#adopt());
    // Without a listener ioredis writes to stderr. The connection of the checks reports the same.
    way.client.on('error', () => undefined);
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** Connects again, to what the address leads to now. */
  renew(): void {
    this.#wire?.end();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#options.closed(this);
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
      client.disconnect(true);
    }
  }

  // One command for each, because on a Cluster those of one command must be in one slot.
  #listenOn(wire: RedisWire): void {
    const { channels } = this.#options;
    this.#wire = wire;
    this.#hasHeard = true;
    for (const channel of channels) this.#waiting.add(channel);
    wire.say(channels.map(subscription).join(''));
  }

  /** Once it listens, everything that the server sends is news, or a refusal. */
  #heard(reply: RespReply): boolean {
    this.#hasHeard = true;
    if (reply instanceof RespError) {
      this.#isForbidden = reply.word === 'NOPERM';
      this.#options.refused(this, reply.word);
      return true;
    }
    if (reply === null || typeof reply === 'string') return true;
    const [kind, channel, text] = reply;
    if (typeof channel !== 'string') return true;
    if (kind === 'smessage' && typeof text === 'string') this.#options.message(text);
    else if (kind === 'ssubscribe') this.#confirmed(channel);
    // Its slot has moved to another node of a Cluster.
    else if (kind === 'sunsubscribe') this.#waiting.add(channel);
    return true;
  }

  #confirmed(channel: string): void {
    this.#isForbidden = false;
    if (this.#waiting.delete(channel) && this.#waiting.size === 0) this.#options.listening(this);
  }

  #look(): void {
    const wire = this.#wire;
    if (wire === undefined || !wire.isOpen) return;
    if (!this.#hasHeard) {
      wire.end();
      return;
    }
    this.#hasHeard = false;
    // What was refused, or one again, which changes nothing: PING would need one more right.
    const left = this.#waiting.size > 0 ? [...this.#waiting] : this.#options.channels;
    // Each refusal of a right is noted by the server, so one is asked for until it is granted.
    const isOne = this.#isForbidden || this.#waiting.size === 0;
    const asked = isOne ? left.slice(0, 1) : left;
    wire.say(asked.map(subscription).join(''));
  }
}

function subscription(channel: string): string {
  return respCommand(['SSUBSCRIBE', channel]);
}
