import type { TLSSocket } from 'node:tls';
import type { MalformedCheck, UnsafeReply } from './codec/codec-fault.ts';

/**
 * Faults in the transport. The handler has not seen the call, or has broken its contract. The
 * caller gets an RPC error, or no answer at all.
 */
export type TransportFault =
  | MalformedCheck
  | UnsafeReply
  | HandlerFailed
  | TransportOverloaded
  | SendFailed
  | HandshakeFailed
  | ConnectionFailed;

/** The handler threw, or answered twice: a bug. */
export class HandlerFailed extends Error {
  readonly code = 'ERR_HANDLER_FAILED';
  constructor(cause: unknown) {
    super('the check handler failed', { cause });
    this.name = 'HandlerFailed';
  }
}

/** More calls are open than this process accepts, whatever the handler's own limit. */
export class TransportOverloaded extends Error {
  readonly code = 'ERR_TRANSPORT_OVERLOADED';
  constructor(callsMax: number) {
    super(`${callsMax} calls are open`);
    this.name = 'TransportOverloaded';
  }
}

/** The answer could not be passed to the connection. The caller sees the connection end instead. */
export class SendFailed extends Error {
  readonly code = 'ERR_SEND_FAILED';
  constructor(cause: unknown) {
    super('an answer could not be sent', { cause });
    this.name = 'SendFailed';
  }
}

/**
 * A TLS handshake failed: a missing or untrusted certificate, another protocol, or no TLS at all.
 */
export class HandshakeFailed extends Error {
  readonly code = 'ERR_HANDSHAKE_FAILED';
  /** @param reason OpenSSL's code, such as `ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE` */
  constructor(reason: string) {
    super(`a TLS handshake failed: ${reason}`);
    this.name = 'HandshakeFailed';
  }
}

/**
 * The fault to report for a `tlsClientError`; `undefined` for a peer that just disconnected, as
 * port scans and TCP probes do. Node checks a client certificate after the handshake and
 * disconnects by itself: then only the socket has the reason.
 */
export function handshakeFault(
  error: Error,
  { authorizationError }: Pick<TLSSocket, 'authorizationError'>,
): HandshakeFailed | undefined {
  // The documentation says it is an Error. It is the code of one (`CERT_HAS_EXPIRED`), or null.
  const refusal: unknown = authorizationError;
  if (typeof refusal === 'string' && /^\w+$/.test(refusal)) return new HandshakeFailed(refusal);
  const reason = 'code' in error ? String(error.code) : '';
  return /^(?:ERR_SSL_|ERR_TLS_)\w+$/.test(reason) ? new HandshakeFailed(reason) : undefined;
}

/** A connection was ended because its peer violated HTTP/2 or exceeded a limit. */
export class ConnectionFailed extends Error {
  readonly code = 'ERR_CONNECTION_FAILED';
  /**
   * @param errorName an error name of RFC 9113 section 7
   * @param why fixed text of ours
   */
  constructor(errorName: string, why: string) {
    super(`a connection was ended: ${errorName}, ${why}`);
    this.name = 'ConnectionFailed';
  }
}
