import type { TLSSocket } from 'node:tls';
import type { MalformedCheck } from './malformed-check.ts';
import type { UnsafeReply } from './unsafe-reply.ts';

/**
 * What the transport refuses by itself, with an RPC error of its own or none; the handler has not seen it, or has
 * broken its contract.
 */
export type TransportFault =
  | MalformedCheck
  | UnsafeReply
  | HandlerFailed
  | TransportOverloaded
  | SendFailed
  | HandshakeFailed
  | ConnectionFailed;

/** The handler threw or rejected, which it never does: a bug. */
export class HandlerFailed extends Error {
  readonly code = 'ERR_HANDLER_FAILED';
  constructor(cause: unknown) {
    super('the check handler failed', { cause });
    this.name = 'HandlerFailed';
  }
}

/** More calls are open than this process will hold, however few the handler refuses. */
export class TransportOverloaded extends Error {
  readonly code = 'ERR_TRANSPORT_OVERLOADED';
  constructor(callsMax: number) {
    super(`${callsMax} calls are open`);
    this.name = 'TransportOverloaded';
  }
}

/** The answer could not be handed to the connection; the caller sees its end instead. */
export class SendFailed extends Error {
  readonly code = 'ERR_SEND_FAILED';
  constructor(cause: unknown) {
    super('an answer could not be sent', { cause });
    this.name = 'SendFailed';
  }
}

/** A peer did not get through the TLS handshake: no certificate of ours, another protocol, no TLS at all. */
export class HandshakeFailed extends Error {
  readonly code = 'ERR_HANDSHAKE_FAILED';
  /** @param reason OpenSSL's own code, such as `ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE` */
  constructor(reason: string) {
    super(`a TLS handshake failed: ${reason}`);
    this.name = 'HandshakeFailed';
  }
}

/**
 * What a `tlsClientError` is worth telling; `undefined` for a peer that just left, as port scans and TCP probes do. Node looks
 * at a certificate after the handshake and hangs up by itself: then only the socket knows why.
 */
export function handshakeFault(
  error: Error,
  { authorizationError }: Pick<TLSSocket, 'authorizationError'>,
): HandshakeFailed | undefined {
  // Documented as an Error, it is the code of one (`CERT_HAS_EXPIRED`), or null.
  const refusal: unknown = authorizationError;
  if (typeof refusal === 'string' && /^\w+$/.test(refusal)) return new HandshakeFailed(refusal);
  const reason = 'code' in error ? String(error.code) : '';
  return /^(?:ERR_SSL_|ERR_TLS_)\w+$/.test(reason) ? new HandshakeFailed(reason) : undefined;
}

/** A connection was ended for what its peer did against HTTP/2, or beyond a limit. */
export class ConnectionFailed extends Error {
  readonly code = 'ERR_CONNECTION_FAILED';
  /** @param errorName of RFC 9113 section 7, and words of ours */
  constructor(errorName: string, why: string) {
    super(`a connection was ended: ${errorName}, ${why}`);
    this.name = 'ConnectionFailed';
  }
}
