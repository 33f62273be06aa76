import { unreadableReply } from './store-fault.ts';
import { RespError } from './wire/resp.ts';
import type { RespReply } from './wire/resp.ts';

/** The reply as a text. @throws {StoreUnavailable} if it is anything else */
export function textOf(reply: RespReply): string {
  if (typeof reply !== 'string') throw unreadableReply();
  return reply;
}

/** The reply as a list of texts. @throws {StoreUnavailable} if it is anything else */
export function textsOf(reply: RespReply): readonly string[] {
  return listOf(reply).map(textOf);
}

/**
 * The reply as a list of texts and absent values.
 * @throws {StoreUnavailable} if it is anything else
 */
export function fieldsOf(reply: RespReply): readonly (string | null)[] {
  return listOf(reply).map((field) => (field === null ? null : textOf(field)));
}

/** The reply as a list. @throws {StoreUnavailable} if it is anything else */
export function listOf(reply: RespReply): readonly RespReply[] {
  if (reply === null || typeof reply === 'string' || reply instanceof RespError) {
    throw unreadableReply();
  }
  return reply;
}

/** A flat list of texts as pairs: of fields and values, or of members and scores. */
export function pairsOf(flat: readonly string[]): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    pairs.push([flat[index] ?? '', flat[index + 1] ?? '']);
  }
  return pairs;
}

/** The text as a decimal integer. @throws {StoreUnavailable} if it is anything else */
export function integerOf(text: string | undefined): number {
  const number = text !== undefined && /^-?\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(number)) throw unreadableReply();
  return number;
}

/** The reply of `TIME` as milliseconds since 1970. @throws {StoreUnavailable} */
export function timeOf(reply: RespReply): number {
  const [seconds, micros] = textsOf(reply);
  return integerOf(seconds) * 1000 + Math.floor(integerOf(micros) / 1000);
}
