/** A header to set: the name in lower case, the value without control characters. */
export type HeaderPair = readonly [name: string, value: string];

/**
 * Dynamic metadata for access logs, under the key `curfew`. Members that are `undefined` are left
 * out.
 */
export interface VerdictMetadata {
  readonly verdict: 'allow' | 'deny' | 'served';
  readonly reason: string;
  readonly policy: string;
  readonly mode: 'enforce' | 'observe';
  readonly source: string | undefined;
  readonly session: string | undefined;
  readonly idle_remaining_s: number | undefined;
  readonly absolute_remaining_s: number | undefined;
}

/** The request passes. The transport turns this, and only this, into allow bytes. */
export interface AllowReply {
  readonly kind: 'allow';
  /** Set on the request to the application, replacing every line of that name. */
  readonly requestHeaders: readonly HeaderPair[];
  /** Removed from the request to the application. It never contains a name of `requestHeaders`. */
  readonly requestHeadersToRemove: readonly string[];
  /** Set on the response to the client (overwrite if it exists, else add). */
  readonly responseHeaders: readonly HeaderPair[];
  readonly metadata: VerdictMetadata;
}

/**
 * The client gets this answer instead of the application's: a denial, or an answer of Curfew's own.
 */
export interface DenyReply {
  readonly kind: 'deny';
  /**
   * 401 is the usual status of a denial. 302 and 303 lead to a login. 200, 204 and 404 are for clients
   * whose protocol says a denial in another way, and 503 makes a browser drop what it loads ahead.
   */
  readonly httpStatus: 200 | 204 | 302 | 303 | 401 | 404 | 503;
  /** May contain `set-cookie` several times. */
  readonly headers: readonly HeaderPair[];
  readonly body: string;
  readonly metadata: VerdictMetadata;
}

/** No verdict: the RPC fails, and Envoy's failure mode decides. */
export interface NoReply {
  readonly kind: 'none';
  readonly grpcStatus: 'UNAVAILABLE' | 'RESOURCE_EXHAUSTED' | 'INTERNAL' | 'INVALID_ARGUMENT';
  /**
   * A reason of the closed set, and words for the operator; never anything that the client sent.
   */
  readonly message: string;
}

export type CheckReply = AllowReply | DenyReply | NoReply;
