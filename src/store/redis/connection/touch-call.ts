import type { OpenRequest, TouchReceiver, TouchRequest } from '../../../session/session-store.ts';
import { decodeTouch, TOUCH_WORDS } from '../decode-reply.ts';
import type { TouchWord } from '../decode-reply.ts';
import { ObservedCall } from './observed-call.ts';
import type { CallKind } from './observed-call.ts';
import { storeFault, unreadableReply } from '../store-fault.ts';
import type { ReplyWords } from '../wire/reply-words.ts';
import type { Command } from '../wire/sent-call.ts';
import type { WireFault } from '../wire/wire-fault.ts';
import { hasWritten, touchEvents } from '../written-events.ts';

/**
 * A touch, or an opening, whose reply looks the same. The reply is read from the received bytes and
 * given to the receiver without a promise, because every check makes one.
 */
export class TouchCall extends ObservedCall {
  readonly #request: TouchRequest | OpenRequest;
  readonly #receiver: TouchReceiver;
  #word: TouchWord = 'unknown';

  constructor(
    kind: CallKind,
    command: Command,
    request: TouchRequest | OpenRequest,
    receiver: TouchReceiver,
  ) {
    super(kind, command);
    this.#request = request;
    this.#receiver = receiver;
  }

  matches(words: ReplyWords, noncePrefix: string): boolean {
    const word = words.oneOf(TOUCH_WORDS);
    if (word === undefined) return false;
    this.#word = word;
    return words.isNonce(noncePrefix, this.nonce);
  }

  answerText(words: ReplyWords, nowMs: number): void {
    const outcome = decodeTouch(this.#word, words);
    if (outcome === undefined) {
      this.#receiver.failed(unreadableReply());
      this.report('refused', nowMs);
      return;
    }
    this.#receiver.touched(outcome);
    this.report(outcome.kind, nowMs);
    if (hasWritten(outcome)) this.wrote(touchEvents(this.#request, outcome), this.#request);
  }

  answer(): boolean {
    return false;
  }

  fail(fault: WireFault, nowMs: number): void {
    const unavailable = storeFault(fault);
    this.report(unavailable.fault, nowMs);
    this.#receiver.failed(unavailable);
  }
}
