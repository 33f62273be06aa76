import type { RequestFacts, WantedHeaders } from '../../authz/check-call.ts';
import { MalformedCheck } from './codec-fault.ts';
import { decodeHttpRequest, type HttpRequest } from './decode-http-request.ts';
import { addEntry, decodeMapEntry } from './decode-string-map.ts';
import { decodeStruct, type PlainStruct } from './decode-struct.ts';
import { WireReader } from './wire-reader.ts';

const JWT_AUTHN = 'envoy.filters.http.jwt_authn';
const NO_CONTEXT: ReadonlyMap<string, string> = new Map<string, string>();

/**
 * Decodes CheckRequest bytes into facts, with only the header lines that are wanted. Pure; keeps no
 * reference to the bytes.
 *
 * A fault anywhere refuses the whole request, even in a field that is not used: every field that
 * the official definitions declare must have the declared wire type. Only messages that are skipped
 * as a whole are not checked inside.
 *
 * @param callBudgetMs the time left until the caller's deadline; `undefined` if it set none
 * @throws {MalformedCheck}
 */
export function decodeCheckRequest(
  bytes: Buffer,
  callBudgetMs: number | undefined,
  wanted: WantedHeaders,
): RequestFacts {
  const reader = new WireReader(bytes);
  let seen = 0;
  let attributes: Attributes | undefined;
  while (reader.next()) {
    if (reader.field === 1) {
      seen = reader.once(seen);
      attributes = decodeAttributes(reader, wanted);
    } else reader.skip();
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
function decodeAttributes(reader: WireReader, wanted: WantedHeaders): Attributes {
  const outer = reader.enter();
  let seen = 0;
  let http: HttpRequest | undefined;
  let principal = '';
  let jwtMetadata: PlainStruct | undefined;
  let context: Map<string, string> | undefined;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        seen = reader.once(seen);
        principal = decodePrincipal(reader);
        break;
      case 4:
        seen = reader.once(seen);
        http = decodeRequest(reader, wanted);
        break;
      case 10:
        addEntry(
          (context ??= new Map<string, string>()),
          decodeMapEntry(reader, '', (entry) => entry.strictText()),
        );
        break;
      case 11:
        seen = reader.once(seen);
        jwtMetadata = decodeJwtMetadata(reader);
        break;
      case 2:
      case 12:
      case 13:
        reader.pass(); // destination, tls_session, route_metadata_context
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return { http, principal, context: context ?? NO_CONTEXT, jwtMetadata };
}

/** AttributeContext.Peer: principal 4. */
function decodePrincipal(reader: WireReader): string {
  const outer = reader.enter();
  let seen = 0;
  let principal = '';
  while (reader.next()) {
    if (reader.field === 4) {
      seen = reader.once(seen);
      principal = reader.clientText();
    } else if (reader.field <= 5)
      reader.pass(); // address, service, labels, certificate
    else reader.skip();
  }
  reader.leave(outer);
  return principal;
}

/** AttributeContext.Request: http 2. */
function decodeRequest(reader: WireReader, wanted: WantedHeaders): HttpRequest | undefined {
  const outer = reader.enter();
  let seen = 0;
  let http: HttpRequest | undefined;
  while (reader.next()) {
    if (reader.field === 2) {
      seen = reader.once(seen);
      http = decodeHttpRequest(reader, wanted);
    } else if (reader.field === 1)
      reader.pass(); // time
    else reader.skip();
  }
  reader.leave(outer);
  return http;
}

/** Metadata: filter_metadata 1, a map by filter name. The metadata of other filters is ignored. */
function decodeJwtMetadata(reader: WireReader): PlainStruct | undefined {
  const outer = reader.enter();
  let found: PlainStruct | undefined;
  while (reader.next()) {
    if (reader.field === 1) {
      // The name may come after the struct, so the struct is decoded afterwards.
      const [name, struct] = decodeMapEntry<WireReader | undefined>(reader, undefined, contentOf);
      if (struct === undefined) throw new MalformedCheck('metadata has a filter without a struct');
      if (name !== JWT_AUTHN) continue;
      if (found !== undefined)
        throw new MalformedCheck('CheckRequest is malformed: duplicate map key');
      found = decodeStruct(struct);
    } else if (reader.field === 2)
      reader.pass(); // typed_filter_metadata
    else reader.skip();
  }
  reader.leave(outer);
  return found;
}

function contentOf(reader: WireReader): WireReader {
  reader.pass();
  return new WireReader(reader.bytes, reader.contentStart, reader.contentEnd);
}
