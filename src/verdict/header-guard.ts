import type { RequestFacts } from '../session/request-facts.ts';
import type { HeaderPair } from './check-reply.ts';

/** How text reached us: as characters, or as bytes of a header line that were read as latin-1. */
export type TextOrigin = 'characters' | 'bytes';

/** How the text of a request's header lines reached us: raw lines are bytes, the map form is text. */
export function headerTextOrigin(facts: RequestFacts): TextOrigin {
  return facts.linesJoined ? 'characters' : 'bytes';
}

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const UNPRINTABLE = /[^\x20-\x7e]/gu;
/** RFC 9110 section 5.6.2, in lower case. */
const TOKEN = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;

/**
 * The one place through which every header leaves: whoever supplied a value, no control character and no byte above
 * ASCII is in it. Envoy would pass CR LF on to an HTTP/1.1 client, and a value would become two headers.
 *
 * A value is percent-encoded where it needs it, never cut; a pair whose name is no token is left out.
 */
export function guardHeaders(
  pairs: readonly HeaderPair[],
  origin: TextOrigin = 'characters',
): readonly HeaderPair[] {
  return pairs
    .map(([name, value]): HeaderPair => [name.toLowerCase(), printable(value, origin)])
    .filter(([name]) => TOKEN.test(name));
}

/** The same for names alone, such as those of headers to be removed. */
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
