import type { HeaderLine } from '../authz/check-call.ts';
import { addEntry, decodeMapEntry } from './decode-string-map.ts';
import { MalformedCheck } from './malformed-check.ts';
import type { WireReader } from './wire-reader.ts';

/** What AttributeContext.HttpRequest says, as far as we use it. */
export interface HttpRequest {
  readonly method: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  /** In the order of the wire, names in lower case, without pseudo headers. */
  readonly headers: readonly HeaderLine[];
  /** True for the map form, in which Envoy has joined the lines of one name. */
  readonly linesJoined: boolean;
}

/**
 * @throws {MalformedCheck} when both header forms are filled: two readers could then see two requests.
 */
export function decodeHttpRequest(reader: WireReader): HttpRequest {
  let method = '';
  let scheme = '';
  let host = '';
  let path = '';
  const joined = new Map<string, string>();
  let raw: HeaderLine[] | undefined;
  while (reader.next()) {
    switch (reader.field) {
      case 2:
        method = reader.once().clientText();
        break;
      case 3:
        addEntry(joined, decodeMapEntry(reader.message(), '', readText));
        break;
      case 4:
        path = reader.once().clientText();
        break;
      case 5:
        host = reader.once().clientText();
        break;
      case 6:
        scheme = reader.once().clientText();
        break;
      case 13:
        raw = decodeHeaderMap(reader.once().message());
        break;
      default:
        reader.skip();
    }
  }
  if (raw !== undefined && joined.size > 0) {
    throw new MalformedCheck('CheckRequest fills both headers and header_map');
  }
  const headers = raw ?? Array.from(joined, ([name, value]) => headerLine(name, value));
  return { method, scheme, host, path, headers: real(headers), linesJoined: raw === undefined };
}

function readText(entry: WireReader): string {
  return entry.clientText();
}

/** `encode_raw_headers`: one HeaderValue for each line. */
function decodeHeaderMap(reader: WireReader): HeaderLine[] {
  const lines: HeaderLine[] = [];
  while (reader.next()) {
    if (reader.field === 1) lines.push(decodeHeaderValue(reader.message()));
    else reader.skip();
  }
  return lines;
}

/** HeaderValue: key 1, value 2, raw_value 3. Envoy fills raw_value; whichever is filled is bytes here. */
function decodeHeaderValue(reader: WireReader): HeaderLine {
  let name = '';
  let value = '';
  let raw = '';
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        name = reader.once().latin1();
        break;
      case 2:
        value = reader.once().latin1();
        break;
      case 3:
        raw = reader.once().latin1();
        break;
      default:
        reader.skip();
    }
  }
  if (value !== '' && raw !== '') {
    throw new MalformedCheck('CheckRequest fills both value and raw_value of a header');
  }
  return headerLine(name, raw === '' ? value : raw);
}

function headerLine(name: string, value: string): HeaderLine {
  return { name: name.toLowerCase(), value };
}

/** Pseudo headers are not header lines: what they say stands in method, scheme, host and path. */
function real(headers: readonly HeaderLine[]): readonly HeaderLine[] {
  return headers.filter(({ name }) => !name.startsWith(':'));
}
