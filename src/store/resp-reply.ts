import { unreadableReply } from './store-fault.ts';

/** A reply of Redis (RESP2), with numbers as the text that they are sent as. */
export type RespReply = string | null | RespError | readonly RespReply[];

/** The server refused. Only its own name for why is kept: the rest of the text may name keys. */
export class RespError {
  readonly word: string;
  constructor(text: string) {
    this.word = /^([A-Z]+)\b/.exec(text)?.[1] ?? 'ERR';
  }
}

/** @throws {StoreUnavailable} for anything but a text. */
export function textOf(reply: RespReply): string {
  if (typeof reply !== 'string') throw unreadableReply();
  return reply;
}

/** @throws {StoreUnavailable} for anything but a list of texts. */
export function textsOf(reply: RespReply): readonly string[] {
  return listOf(reply).map(textOf);
}

/** A list in which each place may be empty. @throws {StoreUnavailable} for anything else. */
export function fieldsOf(reply: RespReply): readonly (string | null)[] {
  return listOf(reply).map((field) => (field === null ? null : textOf(field)));
}

/** @throws {StoreUnavailable} for anything but a list. */
export function listOf(reply: RespReply): readonly RespReply[] {
  if (reply === null || typeof reply === 'string' || reply instanceof RespError) {
    throw unreadableReply();
  }
  return reply;
}
