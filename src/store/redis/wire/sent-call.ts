import type { Nonces } from './nonces.ts';
import type { ReplyWords } from './reply-words.ts';
import { respWord } from './resp.ts';
import type { RespReply } from './resp.ts';
import type { Script } from './script.ts';
import type { TurnWriter } from './turn-writer.ts';
import type { WireFault } from './wire-fault.ts';

/** Spells a command straight into the bytes to send, which takes less time than a text. */
export interface Spelling {
  write(writer: TurnWriter, nonce: number): void;
  /** The same bytes, as the characters of a text. */
  text(nonce: number): string;
}

/** What is sent, and until when it may be answered. Instants are those of `performance.now()`. */
export interface Command {
  /** RESP; each character of a text is a byte. */
  readonly text: string | Spelling;
  /** What the reply must repeat after the connection's prefix; 0 if it repeats nothing. */
  readonly nonce: number;
  readonly startedAtMs: number;
  readonly deadlineAtMs: number;
}

/**
 * One call on its way. It is settled exactly once: by one of `answerText` and `answer`, or by
 * `fail`. It stays in the queue until its reply comes even when it was settled before, because
 * replies come in the order of the calls. No method may throw.
 */
export abstract class SentCall {
  nonce: number;
  readonly startedAtMs: number;
  readonly deadlineAtMs: number;
  /** Set while the call is sent by hash: the script to send whole, once, if the server lacks it. */
  script: Script | undefined;
  isSettled = false;
  #spelled: string | Spelling;

  constructor(command: Command, script: Script | undefined) {
    this.#spelled = command.text;
    this.nonce = command.nonce;
    this.startedAtMs = command.startedAtMs;
    this.deadlineAtMs = command.deadlineAtMs;
    this.script = script;
  }

  /** The command as text, whose characters are bytes. */
  get text(): string {
    const spelled = this.#spelled;
    return typeof spelled === 'string' ? spelled : spelled.text(this.nonce);
  }

  /** Writes the command to a server that has its script. */
  writeTo(writer: TurnWriter): void {
    const spelled = this.#spelled;
    if (typeof spelled === 'string') writer.add(spelled);
    else spelled.write(writer, this.nonce);
  }

  /** The script that it runs, if any. */
  abstract get runs(): Script | undefined;

  /**
   * Spells it again for another server, which does not answer with the nonce of this one.
   * @param echo what the reply of this server would have repeated
   */
  spellFor({ prefix }: Nonces, nonce: number, echo: string): void {
    this.#spelled = this.text.replace(respWord(echo), () => respWord(prefix + nonce));
    this.nonce = nonce;
    this.script = this.runs;
  }

  /** The text with which it is sent to a server that lacks its script. */
  wholeText(): string {
    const { script } = this;
    this.script = undefined;
    return script === undefined ? this.text : script.whole(this.text);
  }

  /** Whether a text is the reply to this very call. Called once, before {@link answerText}. */
  abstract matches(words: ReplyWords, noncePrefix: string): boolean;

  /** Settles the call with a text that it matched. */
  abstract answerText(words: ReplyWords, nowMs: number): void;

  /** Settles the call with any other reply. False if this call is never answered like that. */
  abstract answer(reply: RespReply, nowMs: number): boolean;

  /** Settles the call without a reply. */
  abstract fail(fault: WireFault, nowMs: number): void;
}
