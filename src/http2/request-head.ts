import { INT31_MAX } from './frame-type.ts';
import { GRPC_STATUS } from './grpc-status.ts';
import { grpcTimeoutMs } from './grpc-timeout.ts';
import { httpStatus, statusOnly } from './reply-blocks.ts';
import type { RequestFields } from './request-fields.ts';
import type { UnaryMethod } from './unary-call.ts';

/** What the headers of a request ask for. Nothing in it belongs to one call: equal headers have equal heads. */
export type RequestHead =
  | CallHead
  /** A request that is answered at once, with this header block. */
  | { readonly kind: 'refused'; readonly block: string }
  /** No request at all (RFC 9113 section 8.1.1). */
  | { readonly kind: 'malformed' };

export interface CallHead {
  readonly kind: 'call';
  readonly method: UnaryMethod;
  /** Infinity: none. */
  readonly timeoutMs: number;
  /** -1: none was named. */
  readonly contentLength: number;
  /** Its message may be compressed, in a way that we do not know. */
  readonly isEncoded: boolean;
  /** The headers that methods want; `undefined` when none of them came. */
  readonly headers: ReadonlyMap<string, string> | undefined;
}

const GRPC_CONTENT_TYPE = /^application\/grpc(\+proto)?( *;|$)/i;

const NO_POST = refused(httpStatus(405, [['allow', 'POST']]));
const NO_GRPC = refused(httpStatus(415, [['accept', 'application/grpc']]));
const NO_METHOD = refused(statusOnly(GRPC_STATUS.unimplemented, 'unknown method'));
const NO_TIMEOUT = refused(statusOnly(GRPC_STATUS.internal, 'grpc-timeout cannot be read'));
const LIST_TOO_LONG = refused(httpStatus(431, []));
const MALFORMED: RequestHead = { kind: 'malformed' };

/** What a request asks for, by its headers (gRPC over HTTP/2, "Requests"). */
export function requestHead(
  fields: RequestFields,
  methods: ReadonlyMap<string, UnaryMethod>,
): RequestHead {
  if (!fields.isRequest) return MALFORMED;
  if (fields.isTooLong) return LIST_TOO_LONG;
  if (fields.method !== 'POST') return NO_POST;
  if (!GRPC_CONTENT_TYPE.test(fields.contentType)) return NO_GRPC;
  const method = methods.get(fields.path);
  if (method === undefined) return NO_METHOD;
  const timeoutMs = fields.timeout === undefined ? Infinity : timeoutOf(fields.timeout);
  if (timeoutMs === undefined) return NO_TIMEOUT;
  return {
    kind: 'call',
    method,
    timeoutMs,
    contentLength: fields.contentLength,
    isEncoded: fields.encoding !== 'identity',
    headers: fields.wanted,
  };
}

/** Zero means none, because Envoy 1.36 sends it for `timeout: 0s`; so does what is longer than any timer. */
function timeoutOf(text: string): number | undefined {
  const timeoutMs = grpcTimeoutMs(text);
  if (timeoutMs === undefined) return undefined;
  return timeoutMs === 0 || timeoutMs > INT31_MAX ? Infinity : timeoutMs;
}

function refused(block: string): RequestHead {
  return { kind: 'refused', block };
}
