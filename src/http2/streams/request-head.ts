import { INT31_MAX } from '../frames/protocol-numbers.ts';
import { GRPC_STATUS } from './grpc-status.ts';
import { grpcTimeoutMs } from './grpc-timeout.ts';
import { httpStatus, statusOnly } from './reply-blocks.ts';
import type { RequestFields } from './request-fields.ts';
import type { UnaryMethod } from './unary-call.ts';

/** What the headers of a request ask for. Calls with equal header blocks share it. */
export type RequestHead =
  | CallHead
  /** The request is answered at once with this header block. */
  | { readonly kind: 'refused'; readonly block: string }
  /** Not a valid request (RFC 9113 section 8.1.1). */
  | { readonly kind: 'malformed' };

export interface CallHead {
  readonly kind: 'call';
  readonly method: UnaryMethod;
  /** Infinity: no timeout. */
  readonly timeoutMs: number;
  /** -1: not sent. */
  readonly contentLength: number;
  /** The message may be compressed, with an encoding that we do not support. */
  readonly isEncoded: boolean;
  /** The headers that methods want; `undefined` if none of them was sent. */
  readonly headers: ReadonlyMap<string, string> | undefined;
}

const GRPC_CONTENT_TYPE = /^application\/grpc(\+proto)?( *;|$)/i;

const NOT_POST = refused(httpStatus(405, [['allow', 'POST']]));
const NOT_GRPC = refused(httpStatus(415, [['accept', 'application/grpc']]));
const UNKNOWN_METHOD = refused(statusOnly(GRPC_STATUS.UNIMPLEMENTED, 'unknown method'));
const BAD_TIMEOUT = refused(statusOnly(GRPC_STATUS.INTERNAL, 'grpc-timeout is malformed'));
const LIST_TOO_LONG = refused(httpStatus(431, []));
const MALFORMED: RequestHead = { kind: 'malformed' };

/** What a request asks for, according to its headers (gRPC over HTTP/2, "Requests"). */
export function requestHead(
  fields: RequestFields,
  methods: ReadonlyMap<string, UnaryMethod>,
): RequestHead {
  if (!fields.isRequest) return MALFORMED;
  if (fields.isTooLong) return LIST_TOO_LONG;
  if (fields.method !== 'POST') return NOT_POST;
  if (!GRPC_CONTENT_TYPE.test(fields.contentType)) return NOT_GRPC;
  const method = methods.get(fields.path);
  if (method === undefined) return UNKNOWN_METHOD;
  const timeoutMs = fields.timeout === undefined ? Infinity : timeoutOf(fields.timeout);
  if (timeoutMs === undefined) return BAD_TIMEOUT;
  return {
    kind: 'call',
    method,
    timeoutMs,
    contentLength: fields.contentLength,
    isEncoded: fields.encoding !== 'identity',
    headers: fields.wanted,
  };
}

/**
 * Zero means no timeout, because Envoy 1.36 sends it for `timeout: 0s`. So does a timeout longer
 * than a timer can run.
 */
function timeoutOf(text: string): number | undefined {
  const timeoutMs = grpcTimeoutMs(text);
  if (timeoutMs === undefined) return undefined;
  return timeoutMs === 0 || timeoutMs > INT31_MAX ? Infinity : timeoutMs;
}

function refused(block: string): RequestHead {
  return { kind: 'refused', block };
}
