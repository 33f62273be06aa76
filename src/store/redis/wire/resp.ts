import { readRedirection } from './redirection.ts';
import type { Redirection } from './redirection.ts';

/** A reply of Redis (RESP2). Numbers are kept as the text in which they were sent. */
export type RespReply = string | null | RespError | readonly RespReply[];

/**
 * In a script, a missing permission has no word of its own. Redis 7.0 says the first, later ones and
 * Valkey the second.
 */
const IN_SCRIPT = /^ERR (The user executing the script can't|ACL failure in script)/;
const COMMAND = /to run the '([a-z|_-]{1,40})' command/;

/**
 * The server refused a command. Only its word for the reason is kept, the command that its user may
 * not run, and to where a node of a Cluster redirects: the text may name keys.
 */
export class RespError {
  readonly kind = 'refused';
  /** Such as `OOM`; `ERR` when the server gave no word of its own. */
  readonly word: string;
  /** Such as `xadd`; `undefined` unless a permission is missing and the server names the command. */
  readonly command: string | undefined;
  /** Where the command has to go (MOVED, ASK), if that is clear. The server has not run it. */
  readonly redirection: Redirection | undefined;

  constructor(text: string) {
    this.word = IN_SCRIPT.test(text) ? 'NOPERM' : (/^([A-Z]+)\b/.exec(text)?.[1] ?? 'ERR');
    this.command = this.word === 'NOPERM' ? COMMAND.exec(text)?.[1] : undefined;
    this.redirection = readRedirection(text);
  }

  /** True if this server is not (or not yet) the primary, which a new connection may reach. */
  get isOfNoPrimary(): boolean {
    return ['READONLY', 'MASTERDOWN', 'LOADING', 'NOAUTH', 'MOVED'].includes(this.word);
  }
}

/** A command in RESP. Each character is one byte, so its length is known; write it as latin1. */
export function respCommand(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map(respWord).join('')}`;
}

/** One word of a command: its length in bytes, and its bytes. */
export function respWord(word: string): string {
  const bytes = byteText(word);
  return `$${bytes.length}\r\n${bytes}\r\n`;
}

/** The UTF-8 bytes of a text, one character for each byte. */
function byteText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
