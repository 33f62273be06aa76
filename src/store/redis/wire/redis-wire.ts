import { performance } from 'node:perf_hooks';
import type { Duplex } from 'node:stream';
import { CoarseTimer } from '../../../timing/coarse-timer.ts';
import { AskingCall } from './asking-call.ts';
import { CallQueue } from './call-queue.ts';
import { Nonces } from './nonces.ts';
import { ReplyWatch } from './reply-watch.ts';
import { ReplyWords } from './reply-words.ts';
import { RespReader, UnreadableReply } from './resp-reader.ts';
import type { ReplySink } from './resp-reader.ts';
import { RespError, type RespReply } from './resp.ts';
import type { Script } from './script.ts';
import type { SentCall } from './sent-call.ts';
import { TurnWriter } from './turn-writer.ts';
import { FOREIGN, FULL, LATE, LOST } from './wire-fault.ts';
import type { WireFault } from './wire-fault.ts';
import type { RedisWireOptions, WireOwner } from './wire-owner.ts';

/** Replies that may be outstanding at once, the late ones included: about 2 MB of commands. */
export const PENDING_MAX = 4_096;
/** How often deadlines are checked, by one timer that runs only while replies are outstanding. */
const LOOK_EVERY_MS = 5;

/**
 * One connection to Redis, from the moment it can be used until it ends. The commands of one turn
 * of the event loop leave in one write. Each reply goes to the call that it belongs to; a reply
 * that is out of order ends the connection.
 */
export class RedisWire implements ReplySink {
  readonly nonces: Nonces = new Nonces();
  readonly #stream: Duplex;
  readonly #owner: WireOwner;
  readonly #pending = new CallQueue();
  readonly #watch: ReplyWatch;
  readonly #reader = new RespReader(this);
  readonly #writer: TurnWriter;
  readonly #sentScripts = new Set<Script>();
  #isAlive = true;
  #isLeaving = false;
  readonly #timer = new CoarseTimer(LOOK_EVERY_MS, () => this.#look());

  constructor({ stream, owner, replyMaxMs, silenceMaxMs }: RedisWireOptions) {
    this.#stream = stream;
    this.#owner = owner;
    this.#watch = new ReplyWatch(this.#pending, {
      replyMaxMs,
      silenceMaxMs,
      overdue: (call, nowMs) => this.#fail(call, LATE, nowMs),
    });
    this.#writer = new TurnWriter(stream, () => this.end());
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.once('close', () => this.end());
    // ioredis listens to the first error only; without this listener a second one ends the process.
    stream.on('error', () => this.end());
  }

  /** Whether calls can be sent. */
  get isOpen(): boolean {
    return this.#isAlive && !this.#isLeaving;
  }

  /** Sends a call after the current callback of the event loop. Only while the wire is open. */
  send(call: SentCall): void {
    if (this.#pending.length >= PENDING_MAX) {
      this.#fail(call, FULL, call.startedAtMs);
      return;
    }
    if (this.#pending.length === 0) this.#watch.heard(call.startedAtMs);
    this.#pending.push(call);
    this.#write(call);
    this.#timer.arm();
  }

  /**
   * Sends a call that another server has refused without running it. Only while the wire is open.
   * @param echo what its reply would have repeated there
   * @param isAsked because of ASK. Then it is sent whole: a second try would need a second ASKING
   */
  resend(call: SentCall, echo: string, isAsked: boolean): void {
    if (this.#pending.length + 1 >= PENDING_MAX) {
      this.#fail(call, FULL, performance.now());
      return;
    }
    if (this.#pending.length === 0) this.#watch.heard(performance.now());
    call.spellFor(this.nonces, this.nonces.next(), echo);
    const asking = isAsked ? new AskingCall(call) : undefined;
    if (asking !== undefined) this.#pending.push(asking);
    this.#pending.push(call);
    if (asking === undefined) this.#write(call);
    else this.#writer.add(asking.text + call.wholeText());
    this.#timer.arm();
  }

  /** Sends a command whose replies are pushed (see {@link WireOwner.pushed}). */
  say(command: string): void {
    this.#writer.add(command);
  }

  /** Sends nothing more. Outstanding replies are still accepted until the connection ends. */
  leave(): void {
    this.#isLeaving = true;
  }

  /** Ends the connection at once. Calls without a reply fail as lost. */
  end(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#reader.stop();
    this.#timer.stop();
    this.#stream.destroy();
    const nowMs = performance.now();
    for (let call = this.#pending.shift(); call !== undefined; call = this.#pending.shift()) {
      this.#fail(call, LOST, nowMs);
    }
  }

  text(bytes: Buffer, from: number, to: number): void {
    const call = this.#pending.shift();
    const words = new ReplyWords(bytes, from, to);
    if (call === undefined || !call.matches(words, this.nonces.prefix)) {
      this.#desync(call);
      return;
    }
    const nowMs = performance.now();
    if (!this.#isAwaited(call, nowMs)) return;
    call.isSettled = true;
    call.answerText(words, nowMs);
  }

  other(reply: RespReply): void {
    if (this.#owner.pushed?.(reply) === true) return;
    const call = this.#pending.shift();
    if (call === undefined) return this.#desync(call);
    if (reply instanceof RespError) return this.#refused(call, reply);
    const nowMs = performance.now();
    if (!this.#isAwaited(call, nowMs)) return;
    if (call.answer(reply, nowMs)) call.isSettled = true;
    else this.#desync(call);
  }

  #refused(call: SentCall, error: RespError): void {
    if (error.word === 'NOSCRIPT' && call.script !== undefined && !call.isSettled) {
      // The server has not run a script that it lacks, so the call is sent again, once.
      this.#pending.push(call);
      this.#writer.add(call.wholeText());
      return;
    }
    if (this.#owner.redirected?.(call, error, this.nonces.prefix + call.nonce) === true) return;
    const nowMs = performance.now();
    this.#fail(call, nowMs >= call.deadlineAtMs ? LATE : error, nowMs);
    if (!error.isOfNoPrimary || !this.isOpen) return;
    this.leave();
    this.#owner.notPrimary();
  }

  // Each script is sent whole the first time, so that a new server needs no extra round trip.
  #write(call: SentCall): void {
    const { script } = call;
    if (script === undefined || this.#sentScripts.has(script)) return call.writeTo(this.#writer);
    this.#sentScripts.add(script);
    this.#writer.add(call.wholeText());
  }

  // Replies on this connection no longer match their calls, so none of them may be used.
  #desync(call: SentCall | undefined): void {
    this.#owner.desynced();
    if (call !== undefined) this.#fail(call, FOREIGN, performance.now());
    this.end();
  }

  /** Whether the caller still waits for this reply. A late reply fails the call. */
  #isAwaited(call: SentCall, nowMs: number): boolean {
    if (this.#watch.answered(call, nowMs)) this.#owner.answered();
    if (nowMs >= call.deadlineAtMs) this.#fail(call, LATE, nowMs);
    return !call.isSettled;
  }

  #fail(call: SentCall, fault: WireFault, nowMs: number): void {
    if (call.isSettled) return;
    call.isSettled = true;
    call.fail(fault, nowMs);
  }

  #look(): boolean {
    if (!this.#watch.look(performance.now())) this.end();
    return this.#isAlive && this.#pending.length > 0;
  }

  #read(chunk: Buffer): void {
    this.#watch.heard(performance.now());
    try {
      this.#reader.read(chunk);
    } catch (error) {
      // These bytes are not a reply, so nothing after them can be understood either.
      this.end();
      if (!(error instanceof UnreadableReply)) throw error; // a bug in a caller
    }
  }
}
