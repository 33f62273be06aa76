import type { HeaderPair } from '../../authz/check-call.ts';
import { UnsafeReply } from './codec-fault.ts';
import { PartCache } from './part-cache.ts';
import { bytesField, numberField, type ByteText } from './wire-writer.ts';
import { Wrapping } from './wrapping.ts';

/** A token (RFC 9110 section 5.6.2) in lower case. This excludes pseudo headers. */
const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const VALUE = /^[\x20-\x7e]*$/;

/** OkHttpResponse: headers 2. DeniedHttpResponse: headers 2. Both hold a HeaderValueOption. */
const HEADERS = 2;
/** OkHttpResponse: response_headers_to_add 6. */
const RESPONSE_HEADERS = 6;

const settings = new PartCache((name) => {
  const key = keyField(name);
  return new Wrapping((value) => bytesField(HEADERS, option(key, value)));
});

/**
 * Encodes the field that sets a header and replaces existing ones. `append` stays unset: with it
 * unset every version of Envoy replaces, both request headers and the headers of a denial (where
 * several headers of one name are all sent).
 * @throws {UnsafeReply}
 */
export function setHeader([name, value]: HeaderPair): ByteText {
  return settings.of(name).around(safeValue(value));
}

/** HeaderValueOption: append_action 3, OVERWRITE_IF_EXISTS_OR_ADD. */
const OVERWRITE_OR_ADD = numberField(3, 2);
/** HeaderValueOption: append 2, a BoolValue (value 1) of true. */
const APPEND = bytesField(2, numberField(1, 1));

/** Response headers of which the application may have lines of its own, all of which count. */
const ADDED: ReadonlySet<string> = new Set(['set-cookie', 'access-control-expose-headers']);

/**
 * Encodes the field that sets a header on the application's response. Since Envoy 1.31 an unset
 * `append` adds a second line, so the action is set; older versions ignore it and overwrite. A
 * cookie or a list of names is added, because it must not erase the application's own.
 * @throws {UnsafeReply}
 */
export function setResponseHeader([name, value]: HeaderPair): ByteText {
  const change = ADDED.has(name) ? APPEND : OVERWRITE_OR_ADD;
  return bytesField(RESPONSE_HEADERS, option(keyField(name), safeValue(value)) + change);
}

/** HeaderValueOption: header 1, a HeaderValue (key 1, value 2). */
function option(key: ByteText, value: ByteText): ByteText {
  return bytesField(1, key + bytesField(2, value));
}

function keyField(name: string): ByteText {
  return bytesField(1, safeName(name));
}

/**
 * The last line of defence: Envoy passes a CR LF on to HTTP/1.1 clients unchanged, and one value
 * would become two headers.
 * @throws {UnsafeReply}
 */
export function safeName(name: string): ByteText {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new UnsafeReply('a header name of the reply is not a lower-case token');
  }
  return name;
}

function safeValue(value: string): ByteText {
  if (typeof value !== 'string' || !VALUE.test(value)) {
    throw new UnsafeReply('a header value of the reply is not printable ASCII');
  }
  return value;
}
