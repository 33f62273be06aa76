import type { Redis } from 'ioredis';
import { StoreUnavailable } from '../session/session-store.ts';
import type { TouchReceiver, TouchRequest } from '../session/session-store.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import { adoptSocket } from './adopt-socket.ts';
import { loadScripts } from './load-scripts.ts';
import type { ScriptName } from './load-scripts.ts';
import { ReadCall } from './read-call.ts';
import { RedisWire } from './redis-wire.ts';
import type { RespReply } from './resp-reply.ts';
import { respCommand } from './resp-text.ts';
import { ScriptCall } from './script-call.ts';
import type { ScriptReply } from './script-call.ts';
import type { Command } from './sent-call.ts';
import { connectionFault, lateReply } from './store-fault.ts';
import type { StoreCall, StoreObserver } from './store-observer.ts';
import { TouchCall } from './touch-call.ts';
import { TouchText } from './touch-text.ts';

export interface RedisConnectionOptions {
  readonly client: Redis;
  readonly observer: StoreObserver;
  /** This process's own clock, only to measure how far the store's is off. */
  readonly wallClock: () => number;
  /** A reply that came later than this is late, even if the event loop was too busy to notice. */
  readonly replyMaxMs: number;
  /** A connection that owes replies and is silent, or always late, for this long is given up. */
  readonly silenceMaxMs: number;
}

/**
 * Our side of the connection to Redis, through all its reconnections: every call is either answered with a reply that
 * belongs to it, in time, or fails with a {@link StoreUnavailable}. Nothing is queued while it is down, nothing is sent
 * twice.
 */
export class RedisConnection {
  readonly #options: RedisConnectionOptions;
  readonly #scripts = loadScripts();
  readonly #touchText = new TouchText(this.#scripts.touch);
  #wire: RedisWire | undefined;
  #lastFault = 'not connected yet';
  #hasAnswered = false;

  constructor(options: RedisConnectionOptions) {
    const { client, observer } = options;
    this.#options = options;
    client.on('ready', () => this.#adopt());
    client.on('close', () => observer.up(false));
    // Without a listener ioredis writes to stderr. The fault shows in every call until the connection is back.
    client.on('error', (error) => (this.#lastFault = connectionFault(error)));
  }

  /** Whether any call was answered since the start. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** Runs `touch.lua`. Never throws. */
  touch(request: TouchRequest, deadlineAtMs: number, receiver: TouchReceiver): void {
    const wire = this.#wire;
    if (wire === undefined || !wire.isOpen) {
      receiver.failed(this.#down('touch'));
      return;
    }
    const startedAtMs = performance.now();
    if (startedAtMs >= deadlineAtMs) {
      receiver.failed(lateReply());
      return;
    }
    const nonce = wire.nonces.next();
    let text: string;
    try {
      text = this.#touchText.of(request, wire.nonces.prefix, nonce);
    } catch (bug) {
      receiver.failed(bug instanceof Error ? bug : new Error('a touch cannot be spelled'));
      return;
    }
    const lastAtMs = startedAtMs + this.#options.replyMaxMs;
    const command = {
      text,
      nonce,
      startedAtMs,
      deadlineAtMs: deadlineAtMs < lastAtMs ? deadlineAtMs : lastAtMs,
    };
    wire.send(new TouchCall(this.#scripts.touch, command, receiver));
  }

  /** Runs `open.lua`, which answers as `touch.lua` does. */
  async open(keys: readonly string[], args: readonly string[]): Promise<TouchOutcome> {
    const script = this.#scripts.open;
    const { wire, command } = this.#command('open', (nonce) =>
      script.command(keys, [nonce, ...args]),
    );
    return new Promise((resolve, reject) => {
      wire.send(new TouchCall(script, command, { touched: resolve, failed: reject }));
    });
  }

  /** Runs a script. `words` are the first words that it may answer with. */
  async run<Word extends string>(
    name: Exclude<ScriptName, 'touch' | 'open'>,
    keys: readonly string[],
    args: readonly string[],
    words: readonly Word[],
  ): Promise<ScriptReply<Word>> {
    const script = this.#scripts[name];
    const { wire, command } = this.#command(name, (nonce) =>
      script.command(keys, [nonce, ...args]),
    );
    return new Promise((resolve, reject) => {
      wire.send(new ScriptCall(script, command, words, { resolve, reject }));
    });
  }

  /** Sends a plain command, which must not change sessions: its reply carries no nonce. */
  async read(...words: readonly string[]): Promise<RespReply> {
    const { wire, command } = this.#command('read', () => respCommand(words));
    return new Promise((resolve, reject) => {
      wire.send(new ReadCall(command, { resolve, reject }));
    });
  }

  /** Tells how far the store's clock is from ours. */
  noteClock(storeNowMs: number): void {
    const { observer, wallClock } = this.#options;
    observer.clockSkew((storeNowMs - wallClock()) / 1000);
  }

  async close(): Promise<void> {
    const { client } = this.#options;
    const { status } = client;
    if (status === 'end') return;
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    this.#wire?.leave();
    client.disconnect();
    // While it waits to reconnect there is no socket whose end could be heard.
    if (status === 'reconnecting' || status === 'close') return;
    await ended;
  }

  #adopt(): void {
    const { client, observer, replyMaxMs, silenceMaxMs } = this.#options;
    if (client.status !== 'ready') return;
    try {
      this.#wire = new RedisWire({
        stream: adoptSocket(client),
        observer,
        replyMaxMs,
        silenceMaxMs,
        answered: () => (this.#hasAnswered = true),
        reconnect: () => client.disconnect(true),
      });
      observer.up(true);
    } catch (error) {
      this.#lastFault = error instanceof Error ? error.message : 'unknown';
      client.disconnect();
    }
  }

  #command(name: StoreCall, spell: (nonce: string) => string) {
    const wire = this.#wire;
    if (wire === undefined || !wire.isOpen) throw this.#down(name);
    const startedAtMs = performance.now();
    const nonce = wire.nonces.next();
    const command: Command = {
      text: spell(wire.nonces.prefix + nonce),
      nonce,
      startedAtMs,
      deadlineAtMs: startedAtMs + this.#options.replyMaxMs,
    };
    return { wire, command };
  }

  #down(name: StoreCall): StoreUnavailable {
    this.#options.observer.called(name, 'down', 0);
    return new StoreUnavailable('down', `no connection to the store: ${this.#lastFault}`);
  }
}
