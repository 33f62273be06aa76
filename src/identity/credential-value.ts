import { codeAt } from '../terms/code-at.ts';
import type { MalformedCause } from '../terms/malformed-cause.ts';
import { percentDecode } from './credential-text.ts';
import { ABSENT, malformed, type Reading } from './identification.ts';

/**
 * The octets of RFC 6265 section 4.1.1 without `%` and the single quote. Applications read quotes,
 * backslashes, blanks and escapes in more than one way: express accepts five spellings of one
 * cookie as the same login.
 */
const AS_SENT = /^[!#$&(-+\--:<-[\]-~]+$/;
/** After decoding, commas and semicolons that were escaped are part of the value. */
const DECODED = /^[!#$&(-[\]-~]+$/;
/** The main cookie of a value that a login has split: it says only how many pieces there are. */
const PIECE_COUNT = /^chunks[-:][0-9]+$/;

/**
 * The one spelling of a value as sent: decoded at most once, then checked for its characters and
 * its length.
 */
export function credentialValue(sent: string, bytesMax: number): Reading {
  return readValue(sent, sent, bytesMax);
}

/**
 * The same for the value of a cookie, which may have one pair of quotes around it (RFC 6265 section
 * 4.1.1): http.cookies of Python and clients in Java write them. A quoted value and the same value
 * without quotes are one.
 */
export function cookieValue(sent: string, bytesMax: number, pieces: 'refuse' | 'ignore'): Reading {
  const bare = withoutQuotes(sent);
  if (bare === undefined) return malformed('quotes_unpaired');
  const reading = readValue(sent, bare, bytesMax);
  if (reading.kind !== 'value' || pieces === 'ignore') return reading;
  return PIECE_COUNT.test(reading.value) ? malformed('piece') : reading;
}

const QUOTE = 0x22;

/** `undefined`: there is a quote at one end only. */
function withoutQuotes(sent: string): string | undefined {
  const begins = codeAt(sent, 0) === QUOTE;
  const ends = codeAt(sent, sent.length - 1) === QUOTE;
  if (!begins && !ends) return sent;
  return begins && ends && sent.length > 1 ? sent.slice(1, -1) : undefined;
}

function readValue(sent: string, bare: string, bytesMax: number): Reading {
  if (bare === '') return ABSENT;
  if (bare.length <= bytesMax && AS_SENT.test(bare)) return { kind: 'value', value: bare, sent };
  const raw = rawSeparator(bare);
  if (raw !== undefined) return malformed(raw);
  const value = percentDecode(bare);
  if (value.length > bytesMax) return malformed('too_long');
  return DECODED.test(value) ? { kind: 'value', value, sent } : malformed(causeIn(value));
}

/** Applications may cut a value at a separator that was not escaped. */
function rawSeparator(bare: string): MalformedCause | undefined {
  if (bare.includes(',')) return 'comma';
  return bare.includes(';') ? 'character' : undefined;
}

function causeIn(decoded: string): MalformedCause {
  if (/["']/.test(decoded)) return 'quote_inside';
  if (decoded.includes('\\')) return 'backslash';
  return decoded.includes('%') ? 'escape' : 'character';
}
