import { ObservedCall } from './observed-call.ts';
import type { CallKind } from './observed-call.ts';
import type { Waiter } from './script-call.ts';
import { storeFault } from '../store-fault.ts';
import type { ReplyWords } from '../wire/reply-words.ts';
import type { RespReply } from '../wire/resp.ts';
import type { Command } from '../wire/sent-call.ts';
import type { WireFault } from '../wire/wire-fault.ts';

/** A plain command. Its reply repeats no nonce, so any reply in its turn is accepted as its own. */
export class ReadCall extends ObservedCall {
  readonly #waiter: Waiter<RespReply>;

  constructor(kind: CallKind, command: Command, waiter: Waiter<RespReply>) {
    super(kind, command);
    this.#waiter = waiter;
  }

  matches(): boolean {
    return true;
  }

  answerText(words: ReplyWords, nowMs: number): void {
    this.answer(words.rest(), nowMs);
  }

  answer(reply: RespReply, nowMs: number): boolean {
    this.#waiter.resolve(reply);
    this.report('ok', nowMs);
    return true;
  }

  fail(fault: WireFault, nowMs: number): void {
    const unavailable = storeFault(fault);
    this.report(unavailable.fault, nowMs);
    this.#waiter.reject(unavailable);
  }
}
