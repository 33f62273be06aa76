// Checks as Envoy sends them: CheckRequest bytes, and a client that sends them.

import { fileURLToPath } from 'node:url';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader';

const CHECK_PATH = '/envoy.service.auth.v3.Authorization/Check';

const definitions = loadSync('envoy/service/auth/v3/external_auth.proto', {
  includeDirs: [fileURLToPath(new URL('../../../proto', import.meta.url))],
  keepCase: true,
  longs: Number,
  enums: Number,
});

/** The parts of a request that a test sets; the rest is an ordinary GET of https://app.example.com/. */
export interface CheckRequestParts {
  readonly method?: string;
  readonly scheme?: string;
  /** `:authority` as sent. */
  readonly host?: string;
  /** Path with query. */
  readonly path?: string;
  /** The map form: one entry for each name. Names as on the wire, lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `encode_raw_headers`: one entry for each line, instead of `headers`. Text is sent as latin-1 bytes. */
  readonly rawHeaders?: readonly (readonly [name: string, value: string | Uint8Array])[];
  /** The route's `context_extensions`. */
  readonly context?: Readonly<Record<string, string>>;
  /** Identity of the peer's certificate. */
  readonly principal?: string;
  /** What jwt_authn leaves under `payload`, with `payload_in_metadata: payload`. */
  readonly jwtPayload?: Readonly<Record<string, unknown>>;
  /** Everything that jwt_authn leaves, by key, if `payload` alone is not enough. */
  readonly jwtMetadata?: Readonly<Record<string, unknown>>;
}

/** The object form, for protobuf libraries. */
export function checkRequest(parts: CheckRequestParts = {}): object {
  const { method = 'GET', scheme = 'https', host = 'app.example.com', path = '/' } = parts;
  const pseudo = { ':method': method, ':scheme': scheme, ':authority': host, ':path': path };
  const jwt = parts.jwtMetadata ?? (parts.jwtPayload && { payload: parts.jwtPayload });
  return {
    attributes: {
      source: { principal: parts.principal ?? '' },
      request: {
        http: {
          method,
          scheme,
          host,
          path,
          ...(parts.rawHeaders === undefined
            ? { headers: { ...pseudo, ...parts.headers } }
            : { header_map: { headers: lines([...Object.entries(pseudo), ...parts.rawHeaders]) } }),
        },
      },
      context_extensions: { ...parts.context },
      metadata_context: {
        filter_metadata: jwt === undefined ? {} : { 'envoy.filters.http.jwt_authn': struct(jwt) },
      },
    },
  };
}

/** The bytes that Envoy would send. */
export function encodeCheckRequest(parts: CheckRequestParts = {}): Buffer {
  return message('CheckRequest').serialize(checkRequest(parts));
}

/** A CheckResponse as Envoy reads it: field names as in the .proto files, absent fields left out. */
export interface CheckResponse {
  readonly status?: { readonly code?: number };
  readonly ok_response?: {
    readonly headers?: readonly HeaderChange[];
    readonly headers_to_remove?: readonly string[];
    readonly response_headers_to_add?: readonly HeaderChange[];
  };
  readonly denied_response?: {
    readonly status?: { readonly code?: number };
    readonly headers?: readonly HeaderChange[];
    readonly body?: string;
  };
  /** Under `fields`, each as `{ stringValue }`, `{ numberValue }`, `{ structValue: { fields } }` and so on. */
  readonly dynamic_metadata?: StructMessage;
}

export interface StructMessage {
  readonly fields?: Readonly<Record<string, ValueMessage>>;
}

export interface ValueMessage {
  readonly stringValue?: string;
  readonly numberValue?: number;
  readonly boolValue?: boolean;
  readonly structValue?: StructMessage;
}

/** What the response leaves in the access log under `curfew`, as plain values. */
export function curfewMetadata(response: CheckResponse | undefined): Record<string, unknown> {
  const fields = response?.dynamic_metadata?.fields?.['curfew']?.structValue?.fields ?? {};
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value.stringValue ?? value.numberValue]),
  );
}

export interface HeaderChange {
  readonly header?: { readonly key?: string; readonly value?: string };
  readonly append?: { readonly value?: boolean };
  readonly append_action?: number;
}

export function decodeCheckResponse(bytes: Uint8Array): CheckResponse {
  return message('CheckResponse').deserialize(Buffer.from(bytes));
}

/** How one call ended. `response` exists exactly if `code` is 0. */
export interface CheckAnswer {
  readonly code: number;
  /** The name of `code`, such as `UNAVAILABLE`. */
  readonly codeName: string;
  /** The status message. */
  readonly details: string;
  readonly response: CheckResponse | undefined;
  readonly bytes: Buffer | undefined;
}

export interface CheckClient {
  check(parts?: CheckRequestParts, options?: SendOptions): Promise<CheckAnswer>;
  /** Sends these bytes. `cancelled` ends the call when it resolves. */
  send(
    bytes: Buffer,
    options?: SendOptions & { readonly cancelled?: Promise<void> },
  ): Promise<CheckAnswer>;
  close(): void;
}

export interface SendOptions {
  readonly timeoutMs?: number;
  /** More headers of the call; several pairs of one name are several lines. */
  readonly metadata?: readonly (readonly [name: string, value: string])[];
}

/** A real gRPC client. `address` as the server reports it: `127.0.0.1:9001` or `unix:/path`. */
export function createCheckClient(address: string): CheckClient {
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.enable_http_proxy': 0,
    'grpc.use_local_subchannel_pool': 1, // so that each test has its own connection
    'grpc.service_config': '{"loadBalancingConfig":[{"round_robin":{}}]}',
    'grpc.initial_reconnect_backoff_ms': 50,
  });
  const send: CheckClient['send'] = (bytes, { timeoutMs, cancelled, metadata = [] } = {}) =>
    new Promise((resolve) => {
      const headers = new Metadata();
      for (const [name, value] of metadata) headers.add(name, value);
      const call = client.makeUnaryRequest(
        CHECK_PATH,
        (value: Buffer) => value,
        (value: Buffer) => value,
        bytes,
        headers,
        timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs },
        (error: ServiceError | null, reply?: Buffer) => {
          const code = error?.code ?? status.OK;
          resolve({
            code,
            codeName: status[code],
            details: error?.details ?? '',
            response: reply && decodeCheckResponse(reply),
            bytes: reply,
          });
        },
      );
      void cancelled?.then(() => {
        call.cancel();
      });
    });
  return {
    send,
    check: (parts, options) => send(encodeCheckRequest(parts), options),
    close: () => {
      client.close();
    },
  };
}

/** Plain JSON values as a google.protobuf.Struct. */
export function struct(values: Readonly<Record<string, unknown>>): object {
  // Object.fromEntries makes own keys, also `__proto__`.
  return {
    fields: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, wrapped(value)])),
  };
}

// In camel case, as protobufjs names the fields of well-known types.
function wrapped(value: unknown): object {
  if (value === null) return { nullValue: 0 };
  if (Array.isArray(value)) return { listValue: { values: value.map(wrapped) } };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'object') {
    return { structValue: struct(value as Readonly<Record<string, unknown>>) };
  }
  throw new Error(`JSON has no ${typeof value}`);
}

function lines(headers: NonNullable<CheckRequestParts['rawHeaders']>): object[] {
  return headers.map(([key, value]) => ({
    key,
    raw_value: typeof value === 'string' ? Buffer.from(value, 'latin1') : Buffer.from(value),
  }));
}

function message(name: string): MessageTypeDefinition<object, object> {
  const definition = definitions[`envoy.service.auth.v3.${name}`];
  if (definition === undefined || !('serialize' in definition)) throw new Error(`no ${name}`);
  return definition as MessageTypeDefinition<object, object>;
}
