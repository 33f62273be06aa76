import type { RequestFacts } from '../authz/check-call.ts';
import { decodeHttpRequest, type HttpRequest } from './decode-http-request.ts';
import { addEntry, decodeMapEntry } from './decode-string-map.ts';
import { decodeStruct, type PlainStruct } from './decode-struct.ts';
import { MalformedCheck } from './malformed-check.ts';
import { WireReader } from './wire-reader.ts';

const JWT_AUTHN = 'envoy.filters.http.jwt_authn';

/**
 * CheckRequest bytes as facts. Pure; keeps no reference to the bytes.
 *
 * @param callBudgetMs what is left of the caller's time, `undefined` when it named no deadline
 * @throws {MalformedCheck}
 */
export function decodeCheckRequest(bytes: Buffer, callBudgetMs: number | undefined): RequestFacts {
  const reader = new WireReader(bytes);
  let attributes: Attributes | undefined;
  while (reader.next()) {
    if (reader.field === 1) attributes = decodeAttributes(reader.once().message());
    else reader.skip();
  }
  if (attributes?.http === undefined) {
    throw new MalformedCheck('CheckRequest has no attributes.request.http');
  }
  const { http, principal, context, jwtMetadata } = attributes;
  return Object.freeze({
    method: http.method,
    scheme: http.scheme,
    host: http.host,
    path: http.path,
    headers: http.headers,
    linesJoined: http.linesJoined,
    principal,
    context,
    jwtMetadata,
    callBudgetMs,
  });
}

interface Attributes {
  readonly http: HttpRequest | undefined;
  readonly principal: string;
  readonly context: ReadonlyMap<string, string>;
  readonly jwtMetadata: PlainStruct | undefined;
}

/** AttributeContext: source 1, request 4, context_extensions 10, metadata_context 11. */
function decodeAttributes(reader: WireReader): Attributes {
  let http: HttpRequest | undefined;
  let principal = '';
  let jwtMetadata: PlainStruct | undefined;
  const context = new Map<string, string>();
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        principal = decodePrincipal(reader.once().message());
        break;
      case 4:
        http = decodeRequest(reader.once().message());
        break;
      case 10:
        addEntry(
          context,
          decodeMapEntry(reader.message(), '', (entry) => entry.strictText()),
        );
        break;
      case 11:
        jwtMetadata = decodeJwtMetadata(reader.once().message());
        break;
      default:
        reader.skip();
    }
  }
  return { http, principal, context, jwtMetadata };
}

/** AttributeContext.Peer: principal 4. */
function decodePrincipal(reader: WireReader): string {
  let principal = '';
  while (reader.next()) {
    if (reader.field === 4) principal = reader.once().clientText();
    else reader.skip();
  }
  return principal;
}

/** AttributeContext.Request: http 2. */
function decodeRequest(reader: WireReader): HttpRequest | undefined {
  let http: HttpRequest | undefined;
  while (reader.next()) {
    if (reader.field === 2) http = decodeHttpRequest(reader.once().message());
    else reader.skip();
  }
  return http;
}

/** Metadata: filter_metadata 1, a map by filter name. What other filters left is none of our business. */
function decodeJwtMetadata(reader: WireReader): PlainStruct | undefined {
  const found = new Map<string, PlainStruct | undefined>();
  while (reader.next()) {
    if (reader.field === 1) {
      const [name, struct] = decodeMapEntry<WireReader | undefined>(
        reader.message(),
        undefined,
        (entry) => entry.message(),
      );
      if (name === JWT_AUTHN) addEntry(found, [name, struct && decodeStruct(struct)]);
    } else reader.skip();
  }
  return found.get(JWT_AUTHN);
}
