import { CALL_OUTCOMES } from '../../store-observer.ts';
import { ObservedCall } from './observed-call.ts';
import type { CallKind } from './observed-call.ts';
import { storeFault } from '../store-fault.ts';
import type { ReplyWords } from '../wire/reply-words.ts';
import type { Command } from '../wire/sent-call.ts';
import type { WireFault } from '../wire/wire-fault.ts';

/** A script's reply: its first word, and the words after the nonce. */
export interface ScriptReply<Word extends string> {
  readonly word: Word;
  readonly words: readonly string[];
}

/** The two ends of a promise that waits for a reply. */
export interface Waiter<Reply> {
  resolve(reply: Reply): void;
  reject(fault: Error): void;
}

/** A call of any script but those that checks wait for (see `touch-call.ts`). */
export class ScriptCall<Word extends string> extends ObservedCall {
  readonly #firstWords: readonly Word[];
  readonly #waiter: Waiter<ScriptReply<Word>>;
  #word: Word | undefined;

  /** @param firstWords the words that a reply of this script may begin with */
  constructor(
    kind: CallKind,
    command: Command,
    firstWords: readonly Word[],
    waiter: Waiter<ScriptReply<Word>>,
  ) {
    super(kind, command);
    this.#firstWords = firstWords;
    this.#waiter = waiter;
  }

  matches(words: ReplyWords, noncePrefix: string): boolean {
    this.#word = words.oneOf(this.#firstWords);
    return this.#word !== undefined && words.isNonce(noncePrefix, this.nonce);
  }

  answerText(words: ReplyWords, nowMs: number): void {
    const word = this.#word;
    if (word === undefined) throw new Error('the reply was not read yet');
    const rest = words.rest();
    this.#waiter.resolve({ word, words: rest === '' ? [] : rest.split(' ') });
    // Some scripts have a first word that says only that they ran.
    this.report(CALL_OUTCOMES.find((outcome) => outcome === word) ?? 'ok', nowMs);
  }

  answer(): boolean {
    return false;
  }

  fail(fault: WireFault, nowMs: number): void {
    const unavailable = storeFault(fault);
    this.report(unavailable.fault, nowMs);
    this.#waiter.reject(unavailable);
  }
}
