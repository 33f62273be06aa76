import { percentDecode } from './percent-decode.ts';
import { ABSENT, MALFORMED, type Reading } from './reading.ts';

/**
 * The octets of RFC 6265 section 4.1.1 less `%` and the single quote. Quotes, backslashes, blanks, commas and escapes
 * are what applications read in more than one way: express takes five spellings of one cookie for the same login.
 */
const ONE_READING_ONLY = /^[!#$&(-+\--:<-[\]-~]+$/;

/** The one spelling of a value as it was sent: decoded at most once, then held against the alphabet and the limit. */
export function credentialValue(sent: string, bytesMax: number): Reading {
  if (sent === '') return ABSENT;
  if (sent.length > bytesMax * '%41'.length) return MALFORMED;
  const value = percentDecode(sent);
  if (value.length > bytesMax || !ONE_READING_ONLY.test(value)) return MALFORMED;
  return { kind: 'value', value };
}
