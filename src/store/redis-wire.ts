import type { Duplex } from 'node:stream';
import type { StoreUnavailable } from '../session/session-store.ts';
import { CallQueue } from './call-queue.ts';
import type { Script } from './load-scripts.ts';
import { CoarseTimer } from './coarse-timer.ts';
import { Nonces } from './nonces.ts';
import { ReplyWatch } from './reply-watch.ts';
import { ReplyWords } from './reply-words.ts';
import { RespReader, UnreadableReply } from './resp-reader.ts';
import type { ReplySink } from './resp-reader.ts';
import { RespError } from './resp-reply.ts';
import type { RespReply } from './resp-reply.ts';
import type { SentCall } from './sent-call.ts';
import * as fault from './store-fault.ts';
import type { CallOutcome, StoreObserver } from './store-observer.ts';
import { TurnWriter } from './turn-writer.ts';

export interface RedisWireOptions {
  /** Connected, logged in, and read and written by nobody else. */
  readonly stream: Duplex;
  readonly observer: StoreObserver;
  /** A reply that came later than this is late, even if the event loop was too busy to notice. */
  readonly replyMaxMs: number;
  /** A connection that owes replies and is silent, or always late, for this long is given up. */
  readonly silenceMaxMs: number;
  /** Told of each reply in time. */
  readonly answered: () => void;
  /** Whoever answers is not our primary: end this connection, and look for another. */
  readonly reconnect: () => void;
}

/** Calls whose replies may be owed at once, the late ones included: about 2 MB of commands. */
export const PENDING_MAX = 4_096;
/** How often deadlines are looked at: one timer for all calls, armed only while replies are owed. */
const LOOK_EVERY_MS = 5;

/**
 * One connection, from the moment it can be used until its end. Commands of one turn of the event loop leave in one
 * write. Replies go to their calls in order, and to no other: what is out of order ends the connection.
 */
export class RedisWire implements ReplySink {
  readonly nonces: Nonces = new Nonces();
  readonly #options: RedisWireOptions;
  readonly #pending = new CallQueue();
  readonly #watch: ReplyWatch;
  readonly #reader = new RespReader(this);
  readonly #writer: TurnWriter;
  readonly #sentScripts = new Set<Script>();
  #isAlive = true;
  #isLeaving = false;
  readonly #timer = new CoarseTimer(LOOK_EVERY_MS, () => this.#look());

  constructor(options: RedisWireOptions) {
    this.#options = options;
    const { stream, replyMaxMs, silenceMaxMs } = options;
    this.#watch = new ReplyWatch(this.#pending, {
      replyMaxMs,
      silenceMaxMs,
      overdue: (call, nowMs) => this.#fail(call, fault.lateReply(), nowMs),
    });
    this.#writer = new TurnWriter(stream, () => this.end());
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.once('close', () => this.end());
    // Told to the client as well, but only once; without a listener a second one would end the process.
    stream.on('error', () => this.end());
  }

  /** Whether calls can be sent. */
  get isOpen(): boolean {
    return this.#isAlive && !this.#isLeaving;
  }

  /** Sends a call when the current callback is over. Only while open. */
  send(call: SentCall): void {
    if (this.#pending.length >= PENDING_MAX) {
      this.#fail(call, fault.owesTooMuch(), call.startedAtMs);
      return;
    }
    if (this.#pending.length === 0) this.#watch.heard(call.startedAtMs);
    this.#pending.push(call);
    this.#writer.add(this.#textOf(call));
    this.#timer.arm();
  }

  /** Sends nothing any more. What is owed is still taken until the connection has ended. */
  leave(): void {
    this.#isLeaving = true;
  }

  /** Ends the connection at once. Whoever waits is told that it is lost. */
  end(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#reader.stop();
    this.#timer.stop();
    this.#options.stream.destroy();
    const nowMs = performance.now();
    for (let call = this.#pending.shift(); call !== undefined; call = this.#pending.shift()) {
      this.#fail(call, fault.lostConnection(), nowMs);
    }
  }

  text(bytes: Buffer, from: number, to: number): void {
    const call = this.#pending.shift();
    const words = new ReplyWords(bytes, from, to);
    if (call === undefined || !call.owns(words, this.nonces.prefix)) {
      this.#desync(call);
      return;
    }
    const nowMs = performance.now();
    if (!this.#isAwaited(call, nowMs)) return;
    call.isTold = true;
    this.#told(call, call.answerText(words), nowMs);
  }

  other(reply: RespReply): void {
    const call = this.#pending.shift();
    if (call !== undefined && reply instanceof RespError) {
      this.#refused(call, reply.word);
      return;
    }
    const nowMs = performance.now();
    if (call !== undefined && !this.#isAwaited(call, nowMs)) return;
    const outcome = call?.answer(reply);
    if (call === undefined || outcome === undefined) {
      this.#desync(call);
      return;
    }
    call.isTold = true;
    this.#told(call, outcome, nowMs);
  }

  #refused(call: SentCall, word: string): void {
    const { script } = call;
    if (word === 'NOSCRIPT' && script !== undefined && !call.isTold) {
      // A script that was forgotten has not run. The one case in which a call is sent again, and only once.
      call.script = undefined;
      this.#pending.push(call);
      this.#writer.add(script.whole(call.text));
      return;
    }
    const nowMs = performance.now();
    const isLate = nowMs >= call.deadlineAtMs;
    this.#fail(call, isLate ? fault.lateReply() : new fault.StoreRefusal(word), nowMs);
    if (!fault.isOfNoPrimary(word) || !this.isOpen) return;
    this.leave();
    this.#options.reconnect();
  }

  // A script goes whole the first time on each connection, so that a new server costs no second round trip.
  #textOf(call: SentCall): string {
    const { script, text } = call;
    if (script === undefined || this.#sentScripts.has(script)) return text;
    this.#sentScripts.add(script);
    call.script = undefined;
    return script.whole(text);
  }

  // Replies on this connection are no longer those of their calls: none of them may be used.
  #desync(call: SentCall | undefined): void {
    this.#options.observer.desync();
    if (call !== undefined) this.#fail(call, fault.foreignReply(), performance.now());
    this.end();
  }

  /** Whether a reply is of any use to its caller. If it is only late, the caller is told so. */
  #isAwaited(call: SentCall, nowMs: number): boolean {
    if (this.#watch.answered(call, nowMs)) this.#options.answered();
    if (nowMs >= call.deadlineAtMs) this.#fail(call, fault.lateReply(), nowMs);
    return !call.isTold;
  }

  #fail(call: SentCall, why: StoreUnavailable, nowMs: number): void {
    if (call.isTold) return;
    call.isTold = true;
    this.#told(call, why.fault, nowMs);
    call.fail(why);
  }

  #told(call: SentCall, outcome: CallOutcome, nowMs: number): void {
    this.#options.observer.called(call.name, outcome, (nowMs - call.startedAtMs) / 1_000);
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
      // No reply, or too long for one: nothing behind it can be understood. (A caller that throws is a bug.)
      this.end();
      if (!(error instanceof UnreadableReply)) throw error;
    }
  }
}
