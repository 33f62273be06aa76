import type { HeaderPair } from '../authz/check-call.ts';
import { UnsafeReply } from './unsafe-reply.ts';

/** envoy.config.core.v3.HeaderValueOption. */
export interface HeaderChange {
  readonly header: { readonly key: string; readonly value: string };
  readonly append?: { readonly value: boolean };
  readonly append_action?: number;
}

/** RFC 9110 section 5.6.2, in lower case. Excludes pseudo headers. */
const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const VALUE = /^[\x20-\x7e]*$/;

/**
 * Sets a header, replacing what is there. `append` stays unset: the one spelling that every Envoy version takes so, for
 * request headers and for the headers of a denial (where several of one name all arrive).
 */
export function setHeader([name, value]: HeaderPair): HeaderChange {
  return { header: { key: safeName(name), value: safeValue(value) } };
}

/** HeaderAppendAction OVERWRITE_IF_EXISTS_OR_ADD. */
const OVERWRITE_OR_ADD = 2;

/**
 * Sets a header on the application's response. From Envoy 1.31 on an unset `append` would add a second line, hence the
 * action; older ones ignore it and overwrite. A cookie must not erase the application's own cookies: it is added.
 */
export function setResponseHeader(pair: HeaderPair): HeaderChange {
  const change = setHeader(pair);
  return change.header.key === 'set-cookie'
    ? { ...change, append: { value: true } }
    : { ...change, append_action: OVERWRITE_OR_ADD };
}

/**
 * The last line of defence: Envoy sends a CR LF on to HTTP/1.1 clients as it is, and a value becomes two headers.
 * @throws {UnsafeReply}
 */
export function safeName(name: string): string {
  if (!NAME.test(name)) throw new UnsafeReply('a header name of the reply is no lower-case token');
  return name;
}

function safeValue(value: string): string {
  if (!VALUE.test(value)) {
    throw new UnsafeReply('a header value of the reply is not printable ASCII');
  }
  return value;
}
