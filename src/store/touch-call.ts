import type { StoreUnavailable, TouchReceiver } from '../session/session-store.ts';
import { decodeTouch, TOUCH_WORDS } from './decode-reply.ts';
import type { TouchWord } from './decode-reply.ts';
import type { Script } from './load-scripts.ts';
import type { ReplyWords } from './reply-words.ts';
import { SentCall } from './sent-call.ts';
import type { Command } from './sent-call.ts';
import { unreadableReply } from './store-fault.ts';
import type { CallOutcome } from './store-observer.ts';

/** A touch, or an opening, which is answered alike: read from the bytes as they came, and told without a promise. */
export class TouchCall extends SentCall {
  readonly #receiver: TouchReceiver;
  #word: TouchWord = 'unknown';

  constructor(script: Script, command: Command, receiver: TouchReceiver) {
    super(script.name, command, script);
    this.#receiver = receiver;
  }

  owns(words: ReplyWords, noncePrefix: string): boolean {
    const word = words.oneOf(TOUCH_WORDS);
    if (word === undefined) return false;
    this.#word = word;
    return words.isNonce(noncePrefix, this.nonce);
  }

  answerText(words: ReplyWords): CallOutcome {
    const outcome = decodeTouch(this.#word, words);
    if (outcome === undefined) {
      this.#receiver.failed(unreadableReply());
      return 'refused';
    }
    this.#receiver.touched(outcome);
    return outcome.kind;
  }

  answer(): undefined {
    return undefined;
  }

  fail(fault: StoreUnavailable): void {
    this.#receiver.failed(fault);
  }
}
