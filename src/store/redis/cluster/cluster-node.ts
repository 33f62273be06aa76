import type { HostAndPort } from '../../store-hosts.ts';
import type { RedisConnection } from '../connection/redis-connection.ts';
import type { RespReply } from '../wire/resp.ts';
import type { SentCall } from '../wire/sent-call.ts';
import { FULL, LATE, LOST } from '../wire/wire-fault.ts';
import type { WireFault } from '../wire/wire-fault.ts';
import { addressWord } from './node-address.ts';

/** Redirected calls that wait for the connection to one node. */
const WAITING_MAX = 1_024;

interface WaitingCall {
  readonly call: SentCall;
  readonly echo: string;
  readonly isAsked: boolean;
  readonly timer: NodeJS.Timeout;
}

/** A node of the Cluster to which a connection is held, or was opened and is being made. */
export class ClusterNode {
  readonly address: HostAndPort;
  /** See {@link addressWord}. */
  readonly word: string;
  readonly connection: RedisConnection;
  /** How far its clock differs from that of this process, as measured last. */
  skewSeconds = 0;
  /** Why it has no connection, if it has none, in words without an address. */
  lastFault = 'not connected yet';
  /** Since when it has no connection; `undefined` while it has one. */
  downSinceMs: number | undefined = performance.now();
  readonly #waiting = new Set<WaitingCall>();
  #settled: (() => void)[] = [];
  #isClosed = false;

  /** @param connect opens the connection */
  constructor(address: HostAndPort, connect: (node: ClusterNode) => RedisConnection) {
    this.address = address;
    this.word = addressWord(address);
    this.connection = connect(this);
  }

  get isUp(): boolean {
    return this.downSinceMs === undefined;
  }

  /** Whether its connection is closed for good. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  get generation(): number {
    return this.connection.generation;
  }

  /** Sends a plain command to this node. @throws {StoreUnavailable} */
  async read(...words: readonly string[]): Promise<RespReply> {
    return this.connection.read(...words);
  }

  /** There is a connection, or there is none any more, or an attempt to connect has failed. */
  became(isUp: boolean): void {
    if (isUp) {
      this.downSinceMs = undefined;
      this.lastFault = 'the connection was lost';
    } else this.downSinceMs ??= performance.now();
    for (const settled of this.#settled.splice(0)) settled();
    if (!isUp) return;
    for (const { call, echo, isAsked, timer } of this.#waiting) {
      clearTimeout(timer);
      this.resend(call, echo, isAsked);
    }
    this.#waiting.clear();
  }

  /** Resolves at the next attempt to connect, whatever it comes to, or after this time. */
  async attempted(maxMs: number): Promise<void> {
    if (this.isUp) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, maxMs);
      this.#settled.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Sends a call that another node has redirected, as soon as there is a connection. */
  resend(call: SentCall, echo: string, isAsked: boolean): void {
    if (call.isSettled) return;
    if (this.connection.resend(call, echo, isAsked)) return;
    const leftMs = call.deadlineAtMs - performance.now();
    if (leftMs <= 0 || this.#waiting.size >= WAITING_MAX) {
      failCall(call, leftMs <= 0 ? LATE : FULL);
      return;
    }
    const timer = setTimeout(() => {
      this.#waiting.delete(waiting);
      failCall(call, LATE);
    }, leftMs);
    const waiting: WaitingCall = { call, echo, isAsked, timer };
    this.#waiting.add(waiting);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { call, timer } of this.#waiting) {
      clearTimeout(timer);
      failCall(call, LOST);
    }
    this.#waiting.clear();
    for (const settled of this.#settled.splice(0)) settled();
    await this.connection.close();
  }
}

/** Settles a call that no wire has. */
export function failCall(call: SentCall, fault: WireFault): void {
  if (call.isSettled) return;
  call.isSettled = true;
  call.fail(fault, performance.now());
}
