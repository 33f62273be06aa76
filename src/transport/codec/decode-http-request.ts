import type { HeaderLine, WantedHeader, WantedHeaders } from '../../authz/check-call.ts';
import { MalformedCheck } from './codec-fault.ts';
import { MapKeys } from './map-keys.ts';
import { RepeatedText } from './repeated-text.ts';
import type { WireReader } from './wire-reader.ts';

const repeated = new RepeatedText();

/** The fields of AttributeContext.HttpRequest that are used. */
export interface HttpRequest {
  readonly method: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  /**
   * The wanted headers, in the order of the wire, with lower-case names and without pseudo headers.
   */
  readonly headers: readonly HeaderLine[];
  /** True for the map form, in which Envoy has joined the lines of each name. */
  readonly linesJoined: boolean;
}

/**
 * Decodes the HttpRequest in the current field.
 * @throws {MalformedCheck} also if both header forms are filled: two readers could then see two
 *   different requests
 */
export function decodeHttpRequest(reader: WireReader, wanted: WantedHeaders): HttpRequest {
  const outer = reader.enter();
  let seen = 0;
  let method = '';
  let scheme = '';
  let host = '';
  let path = '';
  const headers: HeaderLine[] = [];
  let joined: MapKeys | undefined;
  while (reader.next()) {
    switch (reader.field) {
      case 2:
        seen = reader.once(seen);
        method = repeatedText(reader);
        break;
      case 3:
        decodeJoinedHeader(reader, wanted, (joined ??= MapKeys.forNextMap()), headers);
        break;
      case 4:
        seen = reader.once(seen);
        path = reader.clientText();
        break;
      case 5:
        seen = reader.once(seen);
        host = repeatedText(reader);
        break;
      case 6:
        seen = reader.once(seen);
        scheme = repeatedText(reader);
        break;
      case 13:
        seen = reader.once(seen);
        decodeHeaderMap(reader, wanted, headers);
        break;
      case 1:
      case 7:
      case 8:
      case 10:
      case 11:
      case 12:
        reader.pass(); // id, query, fragment, protocol, body, raw_body
        break;
      case 9:
        reader.passNumber(); // size
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  const isRaw = (seen & (1 << 13)) !== 0;
  if (isRaw && joined !== undefined) {
    throw new MalformedCheck('CheckRequest fills both headers and header_map');
  }
  return { method, scheme, host, path, headers, linesJoined: !isRaw };
}

/** Text that a client may have written, and that most requests repeat. */
function repeatedText(reader: WireReader): string {
  reader.pass();
  return repeated.read(reader.bytes, reader.contentStart, reader.contentEnd, 'utf8');
}

/** The form of `encode_raw_headers`: one HeaderValue for each line. */
function decodeHeaderMap(reader: WireReader, wanted: WantedHeaders, headers: HeaderLine[]): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) decodeHeaderLine(reader, wanted, headers);
    else reader.skip();
  }
  reader.leave(outer);
}

/** HeaderValue: key 1, value 2, raw_value 3. Envoy fills raw_value. Either one is read as bytes. */
function decodeHeaderLine(reader: WireReader, wanted: WantedHeaders, headers: HeaderLine[]): void {
  const outer = reader.enter();
  let seen = 0;
  let nameStart = 0;
  let nameEnd = 0;
  let valueStart = 0;
  let valueEnd = 0;
  while (reader.next()) {
    const { field } = reader;
    if (field > 3) {
      reader.skip();
      continue;
    }
    seen = reader.once(seen);
    reader.pass();
    if (field === 1) {
      nameStart = reader.contentStart;
      nameEnd = reader.contentEnd;
    } else if (reader.contentEnd > reader.contentStart) {
      if (valueEnd > valueStart) {
        throw new MalformedCheck('CheckRequest fills both value and raw_value of a header');
      }
      valueStart = reader.contentStart;
      valueEnd = reader.contentEnd;
    }
  }
  reader.leave(outer);
  const { bytes } = reader;
  if (bytes[nameStart] === COLON) return;
  const header = wanted.headerAt(bytes, nameStart, nameEnd);
  if (header === undefined) return;
  const value = header.isRepeated
    ? repeated.read(bytes, valueStart, valueEnd, 'latin1')
    : bytes.toString('latin1', valueStart, valueEnd);
  headers.push({ name: header.name, value });
}

/** Pseudo headers are not header lines: their content is in method, scheme, host and path. */
const COLON = 0x3a;

/** An entry of the map form, which has joined all lines of one name: key 1, value 2. */
function decodeJoinedHeader(
  reader: WireReader,
  wanted: WantedHeaders,
  keys: MapKeys,
  headers: HeaderLine[],
): void {
  const outer = reader.enter();
  let seen = 0;
  let nameStart = 0;
  let nameEnd = 0;
  let valueStart = 0;
  let valueEnd = 0;
  while (reader.next()) {
    const { field } = reader;
    if (field > 2) {
      reader.skip();
      continue;
    }
    seen = reader.once(seen);
    reader.pass();
    if (field === 1) {
      nameStart = reader.contentStart;
      nameEnd = reader.contentEnd;
    } else {
      valueStart = reader.contentStart;
      valueEnd = reader.contentEnd;
    }
  }
  reader.leave(outer);
  const { bytes } = reader;
  const isAscii = keys.add(bytes, nameStart, nameEnd);
  if (bytes[nameStart] === COLON) return;
  const header = isAscii
    ? wanted.headerAt(bytes, nameStart, nameEnd)
    : headerOfText(bytes.toString('utf8', nameStart, nameEnd), wanted);
  if (header === undefined) return;
  const value = header.isRepeated
    ? repeated.read(bytes, valueStart, valueEnd, 'utf8')
    : bytes.toString('utf8', valueStart, valueEnd);
  headers.push({ name: header.name, value });
}

/** Outside ASCII a character has several bytes, and its lower case may be an ASCII letter. */
function headerOfText(text: string, wanted: WantedHeaders): WantedHeader | undefined {
  const name = text.toLowerCase();
  return wanted.includes(name) ? { name, isRepeated: false } : undefined;
}
