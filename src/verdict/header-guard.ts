import type { RequestFacts } from '../terms/request-facts.ts';
import type { HeaderPair } from './check-reply.ts';

/** How text was received: as characters, or as bytes of a header line that were read as latin-1. */
export type TextOrigin = 'characters' | 'bytes';

/**
 * How the text of a request's header lines was received: raw lines are bytes, the map form is text.
 */
export function headerTextOrigin(facts: RequestFacts): TextOrigin {
  return facts.linesJoined ? 'characters' : 'bytes';
}

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
// oxlint-disable-next-line no-control-regex -- it searches for control characters
const UNPRINTABLE = /[^\x20-\x7e]/gu;
/** RFC 9110 section 5.6.2, in lower case. */
const TOKEN = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;

/**
 * Every header that we send passes this function, so that no value has a control character or a
 * byte above ASCII, wherever it comes from. Envoy would forward CR LF to an HTTP/1.1 client, and
 * one value would become two headers.
 *
 * A value is percent-encoded where necessary, never cut. A pair whose name is not a token is left
 * out.
 */
export function guardHeaders(
  pairs: readonly HeaderPair[],
  origin: TextOrigin = 'characters',
): readonly HeaderPair[] {
  return pairs
    .map(([name, value]): HeaderPair => [name.toLowerCase(), printable(value, origin)])
    .filter(([name]) => TOKEN.test(name));
}

/** The same for names alone, such as those of headers to remove. */
export function guardNames(names: Iterable<string>): readonly string[] {
  return [...names].map((name) => name.toLowerCase()).filter((name) => TOKEN.test(name));
}

/** The same text with everything outside printable ASCII percent-encoded. */
export function printable(text: string, origin: TextOrigin = 'characters'): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.toWellFormed().replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80 || (origin === 'bytes' && code <= 0xff)) {
      return `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
    }
    return encodeURIComponent(character);
  });
}
