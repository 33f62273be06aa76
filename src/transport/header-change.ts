import type { HeaderPair } from '../authz/check-call.ts';
import { PartCache } from './part-cache.ts';
import { UnsafeReply } from './unsafe-reply.ts';
import { bytesField, numberField, type ByteText } from './wire-writer.ts';
import { Wrapping } from './wrapping.ts';

/** RFC 9110 section 5.6.2, in lower case. Excludes pseudo headers. */
const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const VALUE = /^[\x20-\x7e]*$/;

/** OkHttpResponse: headers 2, and DeniedHttpResponse: headers 2; the first field of each is the HeaderValueOption. */
const HEADERS = 2;
/** OkHttpResponse: response_headers_to_add 6. */
const RESPONSE_HEADERS = 6;

const settings = new PartCache((name) => {
  const key = keyField(name);
  return new Wrapping((value) => bytesField(HEADERS, option(key, value)));
});

/**
 * The field that sets a header, replacing what is there. `append` stays unset: the one spelling that every Envoy
 * version takes so, for request headers and for the headers of a denial (where several of one name all arrive).
 * @throws {UnsafeReply}
 */
export function setHeader([name, value]: HeaderPair): ByteText {
  return settings.of(name).around(safeValue(value));
}

/** HeaderValueOption: append_action 3, OVERWRITE_IF_EXISTS_OR_ADD. */
const OVERWRITE_OR_ADD = numberField(3, 2);
/** HeaderValueOption: append 2, a BoolValue (value 1) of true. */
const APPEND = bytesField(2, numberField(1, 1));

/**
 * The field that sets a header on the application's response. From Envoy 1.31 on an unset `append` would add a second
 * line, hence the action; older ones ignore it and overwrite. A cookie must not erase the application's own cookies: it
 * is added.
 * @throws {UnsafeReply}
 */
export function setResponseHeader([name, value]: HeaderPair): ByteText {
  const change = name === 'set-cookie' ? APPEND : OVERWRITE_OR_ADD;
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
 * The last line of defence: Envoy sends a CR LF on to HTTP/1.1 clients as it is, and a value becomes two headers.
 * @throws {UnsafeReply}
 */
export function safeName(name: string): ByteText {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new UnsafeReply('a header name of the reply is no lower-case token');
  }
  return name;
}

function safeValue(value: string): ByteText {
  if (typeof value !== 'string' || !VALUE.test(value)) {
    throw new UnsafeReply('a header value of the reply is not printable ASCII');
  }
  return value;
}
