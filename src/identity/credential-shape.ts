import type { MalformedCause } from '../terms/malformed-cause.ts';
import type { CredentialFormat, CredentialPart } from '../terms/source.ts';
import { isCanonicalBase64url } from './credential-text.ts';

/** A text in its one canonical form, or why it is malformed. */
export type Shaped =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'malformed'; readonly cause: MalformedCause };

/**
 * The part of a value that identifies: after the first `after`, and before the first `before` that
 * follows it.
 */
export function takePart(value: string, part: CredentialPart): Shaped {
  let start = 0;
  let end = value.length;
  if (part.after !== undefined) {
    const at = value.indexOf(part.after);
    if (at === -1) return misfit('take_not_found');
    start = at + part.after.length;
  }
  if (part.before !== undefined) {
    end = value.indexOf(part.before, start);
    if (end === -1) return misfit('take_not_found');
  }
  return start === end ? misfit('take_empty') : shaped(value.slice(start, end));
}

/**
 * A text in the canonical form of its source's format: lower case for `hex` and `uuid` (RFC 9562
 * section 4), without padding for base64. All spellings that decoders take for the same bytes are
 * the same text, or malformed: any other form would be a second name of the same session.
 */
export function inFormat(text: string, format: CredentialFormat): Shaped {
  switch (format) {
    case 'plain':
      return shaped(text);
    case 'hex':
      return inOneCase(text, HEX, 'not_hex');
    case 'uuid':
      return inOneCase(text, UUID, 'not_uuid');
    case 'lower':
      return LOWER.test(text) ? shaped(text) : misfit('not_lower');
    case 'base64':
      return BASE64.test(text) ? withoutPadding(text, asBase64url) : misfit('not_base64');
    case 'base64url':
      return BASE64URL.test(text) ? withoutPadding(text, asSent) : misfit('not_base64url');
    case 'dotted':
      return dotted(text);
    default:
      return format satisfies never;
  }
}

const HEX = /^[0-9a-f]+$/i;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const LOWER = /^[0-9a-z]+$/;
const BASE64 = /^[A-Za-z0-9+/]+=*$/;
const BASE64URL = /^[A-Za-z0-9_-]+=*$/;
const DOTTED = /^(?:[A-Za-z0-9_-]*=*\.)*[A-Za-z0-9_-]+=*$/;

function inOneCase(text: string, form: RegExp, cause: MalformedCause): Shaped {
  if (!form.test(text)) return misfit(cause);
  return /[A-F]/.test(text) && /[a-f]/.test(text)
    ? misfit('mixed_case')
    : shaped(text.toLowerCase());
}

/**
 * Base64 without its padding. The padding must be what belongs there, or missing, and bits that
 * belong to no byte must be zero (RFC 4648 section 3.5).
 */
function withoutPadding(text: string, toBase64url: (bare: string) => string): Shaped {
  const bare = text.replace(/=+$/, '');
  const padding = text.length - bare.length;
  if (padding > 0 && (padding > 2 || text.length % 4 !== 0)) return misfit('padding');
  if (bare.length % 4 === 1) return misfit('padding');
  return isCanonicalBase64url(toBase64url(bare)) ? shaped(bare) : misfit('unused_bits');
}

/**
 * Parts in base64url with dots between them. Only the last may not be empty: Flask writes a dot first
 * where it has compressed the session, and an encrypted JWT may have an empty key (RFC 7516 section
 * 3.1).
 */
function dotted(text: string): Shaped {
  if (!DOTTED.test(text)) return misfit('not_dotted');
  const parts: string[] = [];
  for (const part of text.split('.')) {
    const one = part === '' ? shaped('') : withoutPadding(part, asSent);
    if (one.kind === 'malformed') return one;
    parts.push(one.value);
  }
  return shaped(parts.join('.'));
}

function asBase64url(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}

function asSent(text: string): string {
  return text;
}

function shaped(value: string): Shaped {
  return { kind: 'value', value };
}

function misfit(cause: MalformedCause): Shaped {
  return { kind: 'malformed', cause };
}

/**
 * Whether a text has the shape of a signed JWT (RFC 7515 section 7.1): three parts in canonical
 * base64url. It is asked before any signature is computed. An empty signature has the shape; the
 * verifier refuses it.
 */
export function isTokenShape(text: string): boolean {
  const first = text.indexOf('.');
  const second = text.indexOf('.', first + 1);
  if (first === -1 || second === -1) return false;
  const signature = text.slice(second + 1);
  return (
    isCanonicalBase64url(text.slice(0, first)) &&
    isCanonicalBase64url(text.slice(first + 1, second)) &&
    (signature === '' || isCanonicalBase64url(signature))
  );
}
