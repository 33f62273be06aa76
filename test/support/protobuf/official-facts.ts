// The facts in a CheckRequest by Envoy's own definitions and a protobuf library, without our reader.

import { codec, ourDefinitions } from './wire-definitions.ts';

type MessageCodec = ReturnType<typeof codec>;

const structCodec = codec(ourDefinitions, 'google.protobuf.Struct');

/** Facts in a form that can be compared for any order of a library's maps. */
export interface ComparableFacts {
  readonly method: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly principal: string;
  readonly linesJoined: boolean;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly context: readonly (readonly [key: string, value: string])[];
  readonly jwtMetadata: unknown;
}

/** `undefined` if the library rejects the bytes, or they contain no HttpRequest. */
export function officialFacts(
  { deserialize }: MessageCodec,
  bytes: Buffer,
  wanted: readonly string[],
): ComparableFacts | undefined {
  let message: Message;
  try {
    message = deserialize(bytes);
  } catch {
    return undefined;
  }
  const { attributes } = message;
  const http = attributes?.request?.http;
  if (http === undefined) return undefined;
  const lines = http.header_map === undefined ? joinedLines(http) : rawLines(http.header_map);
  const jwt = attributes?.metadata_context?.filter_metadata?.['envoy.filters.http.jwt_authn'];
  const struct = jwt instanceof Uint8Array ? structOf(jwt) : jwt;
  if (struct === 'refused') return undefined;
  return {
    method: http.method ?? '',
    scheme: http.scheme ?? '',
    host: http.host ?? '',
    path: http.path ?? '',
    principal: attributes?.source?.principal ?? '',
    linesJoined: http.header_map === undefined,
    headers: lines.filter(([name]) => isWanted(name, wanted)),
    context: Object.entries(attributes?.context_extensions ?? {}).toSorted(byKey),
    jwtMetadata: struct ? plainStruct(struct) : undefined,
  };
}

function structOf(bytes: Uint8Array): StructMessage | 'refused' {
  try {
    return structCodec.deserialize(Buffer.from(bytes));
  } catch {
    return 'refused';
  }
}

/** Whether a header is one of these, or a twin of one: equal except for characters that are neither letter nor digit. */
export function isWanted(name: string, wanted: readonly string[]): boolean {
  return !name.startsWith(':') && wanted.some((other) => isTwin(name, other));
}

function isTwin(name: string, other: string): boolean {
  if (name.length !== other.length) return false;
  for (let at = 0; at < name.length; at += 1) {
    const [one = '', two = ''] = [name[at], other[at]];
    if (one !== two && /[a-z0-9]/.test(one + two)) return false;
  }
  return true;
}

type Line = readonly [name: string, value: string];

function joinedLines({ headers = {} }: HttpMessage): Line[] {
  return Object.entries(headers)
    .map(([name, value]): Line => [name.toLowerCase(), value])
    .toSorted(byKey);
}

/** Names and values are bytes in this form. */
function rawLines({ headers = [] }: HeaderMapMessage): Line[] {
  return headers.map(({ key = '', value = '', raw_value: raw }) => [
    Buffer.from(key).toString('latin1').toLowerCase(),
    raw !== undefined && raw.length > 0
      ? Buffer.from(raw).toString('latin1')
      : Buffer.from(value).toString('latin1'),
  ]);
}

export function byKey(one: readonly [string, string], other: readonly [string, string]): number {
  return compare(one[0], other[0]) || compare(one[1], other[1]);
}

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

function plainStruct({ fields = {} }: StructMessage): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plain(value)]));
}

function plain(value: ValueMessage | null): unknown {
  if (value === null) return null;
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.numberValue !== undefined) return value.numberValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.structValue !== undefined) return plainStruct(value.structValue);
  if (value.listValue !== undefined) return (value.listValue.values ?? []).map(plain);
  return null;
}

interface Message {
  readonly attributes?: {
    readonly source?: { readonly principal?: string };
    readonly request?: { readonly http?: HttpMessage };
    readonly context_extensions?: Readonly<Record<string, string>>;
    readonly metadata_context?: {
      readonly filter_metadata?: Readonly<Record<string, StructMessage | Uint8Array | null>>;
    };
  };
}

interface HttpMessage {
  readonly method?: string;
  readonly scheme?: string;
  readonly host?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly header_map?: HeaderMapMessage;
}

interface HeaderMapMessage {
  readonly headers?: readonly {
    readonly key?: string;
    readonly value?: string;
    readonly raw_value?: Uint8Array;
  }[];
}

interface StructMessage {
  readonly fields?: Readonly<Record<string, ValueMessage | null>>;
}

interface ValueMessage {
  readonly stringValue?: string;
  readonly numberValue?: number;
  readonly boolValue?: boolean;
  readonly structValue?: StructMessage;
  readonly listValue?: { readonly values?: readonly ValueMessage[] };
}
