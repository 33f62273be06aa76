import type { StoreUnavailable } from '../session/session-store.ts';
import type { Script } from './load-scripts.ts';
import type { ReplyWords } from './reply-words.ts';
import type { RespReply } from './resp-reply.ts';
import type { CallOutcome, StoreCall } from './store-observer.ts';

/** What is sent, and until when it may be answered: instants of `performance.now()`. */
export interface Command {
  /** RESP; each character is a byte. */
  readonly text: string;
  /** Behind the connection's prefix, what the reply must repeat; 0 where it repeats nothing. */
  readonly nonce: number;
  readonly startedAtMs: number;
  readonly deadlineAtMs: number;
}

/**
 * One call of the store on its way. Its caller is told exactly once; the call itself waits for its reply even after
 * that, because replies come in the order of the calls.
 */
export abstract class SentCall {
  readonly name: StoreCall;
  readonly text: string;
  readonly nonce: number;
  readonly startedAtMs: number;
  readonly deadlineAtMs: number;
  /** Sent by its hash: what to send whole, once, should the server have forgotten it. */
  script: Script | undefined;
  isTold = false;

  constructor(name: StoreCall, command: Command, script: Script | undefined) {
    this.name = name;
    this.text = command.text;
    this.nonce = command.nonce;
    this.startedAtMs = command.startedAtMs;
    this.deadlineAtMs = command.deadlineAtMs;
    this.script = script;
  }

  /** Whether a text is the reply to this call and to no other. Asked once, before {@link answerText}. */
  abstract owns(words: ReplyWords, noncePrefix: string): boolean;

  /** Hands the text that it owns to its caller, and says what it came to. */
  abstract answerText(words: ReplyWords): CallOutcome;

  /** Hands any other reply to its caller; `undefined` when this call is never answered like that. */
  abstract answer(reply: RespReply): CallOutcome | undefined;

  abstract fail(fault: StoreUnavailable): void;
}
