import type { OpenRequest, TouchReceiver, TouchRequest } from '../../../session/session-store.ts';
import type { TouchOutcome } from '../../../session/touch-outcome.ts';
import type { StoreCall } from '../../store-observer.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { CallSpelling } from './call-spelling.ts';
import type { PerScript, ScriptName } from '../load-scripts.ts';
import type { CallKind } from './observed-call.ts';
import { ReadCall } from './read-call.ts';
import { ScriptCall } from './script-call.ts';
import type { ScriptReply } from './script-call.ts';
import { timeOf } from '../read-reply.ts';
import { connectionFault } from '../access/connection-fault.ts';
import { lateReply, noConnection } from '../store-fault.ts';
import { openWire } from './open-wire.ts';
import type { StoreConnection } from './store-connection.ts';
import { endClient } from './redis-client.ts';
import { TouchCall } from './touch-call.ts';
import type { TouchText } from './touch-text.ts';
import type { RedisWire } from '../wire/redis-wire.ts';
import { respCommand, type RespReply } from '../wire/resp.ts';
import type { Script } from '../wire/script.ts';
import type { Command, SentCall, Spelling } from '../wire/sent-call.ts';

/**
 * The connection to Redis, through all its reconnections. Every call either gets the reply that
 * belongs to it, in time, or fails with a `StoreUnavailable`. Calls are not queued while the
 * connection is down, and never sent twice.
 */
export class RedisConnection implements StoreConnection {
  readonly #options: ConnectionOptions;
  readonly #scripts: PerScript<Script>;
  readonly #touchText: TouchText;
  readonly #kinds: Readonly<Record<StoreCall, CallKind>>;
  #wire: RedisWire | undefined;
  #generation = 0;
  #lastFault = 'not connected yet';
  #hasAnswered = false;
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    const { client, observer, capabilities, greeting } = options;
    this.#options = options;
    const spelling = options.spelling ?? new CallSpelling(capabilities, observer);
    this.#scripts = spelling.scripts;
    this.#touchText = spelling.touchText;
    this.#kinds = spelling.kinds;
    client.on('ready', () => void this.#adopt());
    client.on('close', () => this.#isClosed || observer.up?.(false));
    // Without a listener ioredis writes to stderr. What ends a greeting is reported in other words.
    client.on('error', (error) => {
      if (this.isUp || client.status !== 'ready')
        this.#failed(connectionFault(error, greeting.scheme, client.stream));
    });
  }

  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  get isUp(): boolean {
    return this.#wire?.isOpen === true;
  }

  get generation(): number {
    return this.#generation;
  }

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
    let text: string | Spelling;
    try {
      text = this.#touchText.spell(request, wire.nonces.prefix, nonce);
    } catch (bug) {
      receiver.failed(bug instanceof Error ? bug : new Error('the touch cannot be spelled'));
      return;
    }
    const lastAtMs = startedAtMs + this.#options.replyMaxMs;
    const command = {
      text,
      nonce,
      startedAtMs,
      deadlineAtMs: deadlineAtMs < lastAtMs ? deadlineAtMs : lastAtMs,
    };
    wire.send(new TouchCall(this.#kinds.touch, command, request, receiver));
  }

  async open(
    request: OpenRequest,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<TouchOutcome> {
    const { wire, command } = this.#scriptCommand('open', keys, args);
    return new Promise((resolve, reject) => {
      const receiver = { touched: resolve, failed: reject };
      wire.send(new TouchCall(this.#kinds.open, command, request, receiver));
    });
  }

  async run<Word extends string>(
    name: Exclude<ScriptName, 'touch' | 'open'>,
    keys: readonly string[],
    args: readonly string[],
    words: readonly Word[],
  ): Promise<ScriptReply<Word>> {
    const { wire, command } = this.#scriptCommand(name, keys, args);
    return new Promise((resolve, reject) => {
      wire.send(new ScriptCall(this.#kinds[name], command, words, { resolve, reject }));
    });
  }

  async read(...words: readonly string[]): Promise<RespReply> {
    const { wire, command } = this.#command('read', () => respCommand(words));
    return new Promise((resolve, reject) => {
      wire.send(new ReadCall(this.#kinds.read, command, { resolve, reject }));
    });
  }

  /** Sends a call that another server has refused without running it. False if there is no wire. */
  resend(call: SentCall, echo: string, isAsked: boolean): boolean {
    if (!this.isUp) return false;
    this.#wire?.resend(call, echo, isAsked);
    return true;
  }

  async time(): Promise<number> {
    return timeOf(await this.read('TIME'));
  }

  noteClock(storeNowMs: number): void {
    const { observer, wallClock } = this.#options;
    observer.clockSkew?.((storeNowMs - wallClock()) / 1000);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wire?.leave();
    await endClient(this.#options.client);
  }

  async #adopt(): Promise<void> {
    const { client, observer, pace, connected, greeting, redirected, ...limits } = this.#options;
    if (client.status !== 'ready') return;
    const owner = {
      answered: () => (this.#hasAnswered ||= this.isUp),
      desynced: () => observer.desync?.(),
      notPrimary: () => client.disconnect(true),
      redirected,
    };
    try {
      this.#wire = await openWire({ client, greeting, owner, ...limits });
      this.#generation += 1;
      pace.settled();
      observer.up?.(true);
      connected?.();
    } catch (fault) {
      this.#options.refused?.(fault);
      this.#failed(fault instanceof Error ? fault.message : 'unknown');
      client.disconnect(true);
    }
  }

  /** There is no connection that can be used, for this reason. */
  #failed(why: string): void {
    this.#lastFault = why;
    if (!this.#isClosed) this.#options.observer.unreachable?.(why);
  }

  #scriptCommand(name: ScriptName, keys: readonly string[], args: readonly string[]) {
    return this.#command(name, (nonce) => this.#scripts[name].command(keys, [nonce, ...args]));
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

  #down(name: StoreCall) {
    this.#kinds[name].report('down', 0);
    return noConnection(this.#options.server, this.#lastFault);
  }
}
