import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { StoreUnavailable } from '../session/session-store.ts';
import { loadScripts } from './load-scripts.ts';
import type { ScriptName } from './load-scripts.ts';
import { connectionFault, lateReply, storeFault } from './store-fault.ts';
import { CALL_OUTCOMES } from './store-observer.ts';
import type { CallOutcome, StoreObserver } from './store-observer.ts';

type Run = (...words: readonly string[]) => Promise<unknown>;

/** A script's reply: its first word, and the words behind the nonce. */
export interface ScriptReply<Word extends string> {
  readonly word: Word;
  readonly words: readonly string[];
}

export interface RedisConnectionOptions {
  readonly client: Redis;
  readonly observer: StoreObserver;
  /** This process's own clock, only to measure how far the store's is off. */
  readonly wallClock: () => number;
  /** A reply that came later than this is late, even if the event loop was too busy to notice. */
  readonly replyMaxMs: number;
  /** A connection on which nothing was answered in time for this long is given up. */
  readonly lateMaxMs: number;
}

/**
 * Our side of one Redis connection: every call either answers with a reply that belongs to it, in time, or fails with
 * a {@link StoreUnavailable}. Nothing is queued while it is down, nothing is sent twice.
 */
export class RedisConnection {
  readonly #client: Redis;
  readonly #observer: StoreObserver;
  readonly #wallClock: () => number;
  readonly #replyMaxMs: number;
  readonly #lateMaxMs: number;
  readonly #scripts: Readonly<Record<ScriptName, Run>>;
  readonly #noncePrefix = randomBytes(4).toString('hex');
  #calls = 0;
  #lastFault = 'not connected yet';
  #hasAnswered = false;
  /** When the first call began that was late, with none in time since. */
  #lateSinceMs: number | undefined;

  constructor(options: RedisConnectionOptions) {
    const { client, observer } = options;
    this.#client = client;
    this.#observer = observer;
    this.#wallClock = options.wallClock;
    this.#replyMaxMs = options.replyMaxMs;
    this.#lateMaxMs = options.lateMaxMs;
    this.#scripts = defineScripts(client);
    client.on('ready', () => {
      this.#lateSinceMs = undefined;
      observer.up(true);
    });
    client.on('close', () => observer.up(false));
    // Without a listener ioredis writes to stderr. The fault shows in every call until the connection is back.
    client.on('error', (error) => (this.#lastFault = connectionFault(error)));
  }

  /** Whether any call was answered since the start. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** Runs a script once, at most. `words` are the first words that it may answer with. */
  async run<Word extends string>(
    name: ScriptName,
    keys: readonly string[],
    args: readonly string[],
    words: readonly Word[],
  ): Promise<ScriptReply<Word>> {
    const nonce = `${this.#noncePrefix}${(this.#calls += 1).toString(36)}`;
    return this.#observed(name, async () => {
      const reply = this.#replyOf(await this.#scripts[name](...keys, nonce, ...args), nonce);
      const word = words.find((each) => each === reply[0]);
      if (word === undefined) throw this.#desync();
      return { word, words: reply.slice(2) };
    });
  }

  /** Sends plain commands, which must not change sessions: their replies carry no nonce. */
  async read<Reply>(send: (client: Redis) => Promise<Reply>): Promise<Reply> {
    return (
      await this.#observed('read', async () => ({ word: 'ok', reply: await send(this.#client) }))
    ).reply;
  }

  /** Tells how far the store's clock is from ours. */
  noteClock(storeNowMs: number): void {
    this.#observer.clockSkew((storeNowMs - this.#wallClock()) / 1000);
  }

  async close(): Promise<void> {
    const { status } = this.#client;
    if (status === 'end') return;
    const ended = new Promise<void>((resolve) => this.#client.once('end', resolve));
    this.#client.disconnect();
    // While it waits to reconnect there is no socket whose end could be heard.
    if (status === 'reconnecting' || status === 'close') return;
    await ended;
  }

  async #observed<Found extends { readonly word: string }>(
    call: ScriptName | 'read',
    work: () => Promise<Found>,
  ): Promise<Found> {
    const startedAtMs = performance.now();
    const seconds = () => (performance.now() - startedAtMs) / 1000;
    try {
      if (this.#client.status !== 'ready') {
        throw new StoreUnavailable('down', `no connection to the store: ${this.#lastFault}`);
      }
      const found = await work();
      if (seconds() * 1000 > this.#replyMaxMs) throw lateReply();
      this.#hasAnswered = true;
      this.#lateSinceMs = undefined;
      this.#observer.called(call, labelOf(found.word), seconds());
      return found;
    } catch (error) {
      const fault = storeFault(error);
      this.#observer.called(call, fault.fault, seconds());
      if (fault.fault === 'late') this.#noteLate(startedAtMs);
      throw fault;
    }
  }

  // The socket timeout sees silence only. A connection that lost a reply is never silent, and every call on it is late.
  #noteLate(startedAtMs: number): void {
    this.#lateSinceMs ??= startedAtMs;
    if (performance.now() - this.#lateSinceMs < this.#lateMaxMs) return;
    this.#lateSinceMs = undefined;
    this.#client.stream.destroy();
  }

  #replyOf(reply: unknown, nonce: string): readonly string[] {
    const words = typeof reply === 'string' ? reply.split(' ') : [];
    if (words[1] !== nonce) throw this.#desync();
    return words;
  }

  // Replies on this connection are no longer those of their calls: none of them may be used.
  #desync(): StoreUnavailable {
    this.#observer.desync();
    this.#client.stream.destroy();
    return new StoreUnavailable('refused', 'the store gave the reply of another call');
  }
}

// ioredis sends a script's text once per connection and its hash from then on; forgotten by the server, it sends the
// text again. A script that was forgotten has not run.
function defineScripts(client: Redis): Record<ScriptName, Run> {
  const scripts = loadScripts();
  const define = (name: ScriptName): Run => {
    client.defineCommand(name, scripts[name]);
    return (Reflect.get(client, name) as Run).bind(client);
  };
  return {
    touch: define('touch'),
    open: define('open'),
    end: define('end'),
    sweep: define('sweep'),
    limits: define('limits'),
    announce: define('announce'),
  };
}

// A script whose first word says no more than that it ran.
function labelOf(word: string): CallOutcome {
  return CALL_OUTCOMES.find((outcome) => outcome === word) ?? 'ok';
}
