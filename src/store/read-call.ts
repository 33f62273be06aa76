import type { StoreUnavailable } from '../session/session-store.ts';
import type { ReplyWords } from './reply-words.ts';
import type { RespReply } from './resp-reply.ts';
import type { Waiter } from './script-call.ts';
import { SentCall } from './sent-call.ts';
import type { Command } from './sent-call.ts';
import type { CallOutcome } from './store-observer.ts';

/** A plain command. Its reply repeats nothing, so whatever comes in its place is taken for it. */
export class ReadCall extends SentCall {
  readonly #waiter: Waiter<RespReply>;

  constructor(command: Command, waiter: Waiter<RespReply>) {
    super('read', command, undefined);
    this.#waiter = waiter;
  }

  owns(): boolean {
    return true;
  }

  answerText(words: ReplyWords): CallOutcome {
    return this.answer(words.rest());
  }

  answer(reply: RespReply): CallOutcome {
    this.#waiter.resolve(reply);
    return 'ok';
  }

  fail(fault: StoreUnavailable): void {
    this.#waiter.reject(fault);
  }
}
