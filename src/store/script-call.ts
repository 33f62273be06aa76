import type { StoreUnavailable } from '../session/session-store.ts';
import type { Script } from './load-scripts.ts';
import type { ReplyWords } from './reply-words.ts';
import { SentCall } from './sent-call.ts';
import type { Command } from './sent-call.ts';
import { CALL_OUTCOMES } from './store-observer.ts';
import type { CallOutcome } from './store-observer.ts';

/** A script's reply: its first word, and the words behind the nonce. */
export interface ScriptReply<Word extends string> {
  readonly word: Word;
  readonly words: readonly string[];
}

/** Who waits for a reply: the two ends of a promise. */
export interface Waiter<Reply> {
  resolve(reply: Reply): void;
  reject(fault: Error): void;
}

/** A script that checks do not wait for. */
export class ScriptCall<Word extends string> extends SentCall {
  readonly #firstWords: readonly Word[];
  readonly #waiter: Waiter<ScriptReply<Word>>;
  #word: Word | undefined;

  /** `firstWords`: those that it may answer with. */
  constructor(
    script: Script,
    command: Command,
    firstWords: readonly Word[],
    waiter: Waiter<ScriptReply<Word>>,
  ) {
    super(script.name, command, script);
    this.#firstWords = firstWords;
    this.#waiter = waiter;
  }

  owns(words: ReplyWords, noncePrefix: string): boolean {
    this.#word = words.oneOf(this.#firstWords);
    return this.#word !== undefined && words.isNonce(noncePrefix, this.nonce);
  }

  answerText(words: ReplyWords): CallOutcome {
    const word = this.#word;
    if (word === undefined) throw new Error('the reply was not read yet');
    const rest = words.rest();
    this.#waiter.resolve({ word, words: rest === '' ? [] : rest.split(' ') });
    // A script whose first word says no more than that it ran.
    return CALL_OUTCOMES.find((outcome) => outcome === word) ?? 'ok';
  }

  answer(): undefined {
    return undefined;
  }

  fail(fault: StoreUnavailable): void {
    this.#waiter.reject(fault);
  }
}
