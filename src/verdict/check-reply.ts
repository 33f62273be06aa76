/** A header to be set: lower-case name, value without control characters. */
export type HeaderPair = readonly [name: string, value: string];

/** Dynamic metadata for access logs, under the key `curfew`. Keys with `undefined` are left out. */
export interface VerdictMetadata {
  readonly verdict: 'allow' | 'deny';
  readonly reason: string;
  readonly policy: string;
  readonly mode: 'enforce' | 'observe';
  readonly source: string | undefined;
  readonly session: string | undefined;
  readonly idle_remaining_s: number | undefined;
  readonly absolute_remaining_s: number | undefined;
}

/** The request goes on. The transport turns this, and only this, into allow bytes. */
export interface AllowReply {
  readonly kind: 'allow';
  /** Set on the request to the application, replacing every line of that name. */
  readonly requestHeaders: readonly HeaderPair[];
  /** Removed from the request to the application. Never names one of `requestHeaders`. */
  readonly requestHeadersToRemove: readonly string[];
  /** Set on the response to the client (overwrite if it exists, else add). */
  readonly responseHeaders: readonly HeaderPair[];
  readonly metadata: VerdictMetadata;
}

/** The client gets this answer instead of the application's. */
export interface DenyReply {
  readonly kind: 'deny';
  readonly httpStatus: 401 | 302 | 303;
  /** May name `set-cookie` several times. */
  readonly headers: readonly HeaderPair[];
  readonly body: string;
  readonly metadata: VerdictMetadata;
}

/** No verdict: the RPC fails and Envoy's failure mode rules. */
export interface NoReply {
  readonly kind: 'none';
  readonly grpcStatus: 'UNAVAILABLE' | 'RESOURCE_EXHAUSTED' | 'INTERNAL' | 'INVALID_ARGUMENT';
  /** A closed reason, plus words for the operator; never anything that the client sent. */
  readonly message: string;
}

export type CheckReply = AllowReply | DenyReply | NoReply;
