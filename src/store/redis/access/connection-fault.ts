import { TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';
import { SentinelFault } from './sentinel-fault.ts';

const HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host name',
  EAI_AGAIN: 'the host name cannot be looked up',
  ETIMEDOUT: 'the host name is not looked up, or the connection not accepted, in time',
  EHOSTUNREACH: 'there is no way to that host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'no TLS there; for a port without TLS write redis://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'no TLS there; for a port without TLS write redis://',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted; name its authority as CA file',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not trusted; name it as CA file',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not trusted; name it as CA file',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not trusted; name it as CA file',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it requires a certificate of ours',
};

/** Why there is no connection, in words that carry no address, key or password. */
export function connectionFault(error: unknown, stream?: Duplex): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error instanceof SentinelFault) return error.message;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === undefined) return 'connection lost';
  // The client's own limit, for the connection and the handshake of TLS together.
  if (code === 'ETIMEDOUT' && stream instanceof TLSSocket) {
    return 'ETIMEDOUT (no answer to TLS, if to the connection at all; for a port without TLS write redis://)';
  }
  const hint = HINTS[code];
  return hint === undefined ? code : `${code} (${hint})`;
}

/** What was heard on a connection whose greeting got no answer that can be understood. */
export interface Heard {
  /** The first bytes that came. */
  bytes: Buffer | undefined;
  /** The error of the socket. */
  error: Error | undefined;
  /** Whether the other side has ended the connection. */
  isEnded: boolean;
}

/** How a reply of Redis begins. */
const REPLY = /^[-+:$*]/;
/** The first byte of an alert of TLS. */
const TLS_ALERT = 0x15;

/** What a server that does not answer like Redis probably is, in the same kind of words. */
export function strangerFault({ bytes, error, isEnded }: Heard, isEncrypted: boolean): string {
  const orTls = isEncrypted ? '' : '; for a port with TLS write rediss://';
  if (bytes?.subarray(0, 5).toString('latin1') === 'HTTP/') {
    return 'it is not a Redis: it answers as a server of HTTP';
  }
  if (!isEncrypted && bytes?.[0] === TLS_ALERT) return `it speaks TLS${orTls}`;
  if (bytes !== undefined && !REPLY.test(bytes.toString('latin1'))) {
    return 'it is not a Redis: its answer cannot be understood';
  }
  if (isEncrypted && error !== undefined) return connectionFault(error);
  if (!isEnded && error === undefined) return 'it accepts connections and does not answer';
  return `it accepts connections and ends them without an answer${orTls}`;
}
