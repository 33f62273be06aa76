import { TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';
import { schemeText } from '../../store-location.ts';
import type { UrlScheme } from '../../store-location.ts';
import { SentinelFault } from './sentinel-fault.ts';

const HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host name',
  EAI_AGAIN: 'the host name cannot be looked up',
  ETIMEDOUT: 'the host name is not looked up, or the connection not accepted, in time',
  EHOSTUNREACH: 'there is no way to that host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'no TLS there',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'no TLS there',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted; name its authority as CA file',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not trusted; name it as CA file',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not trusted; name it as CA file',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not trusted; name it as CA file',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it requires a certificate of ours',
};

/**
 * Why there is no connection, in words without an address, a key or a password.
 * @param scheme that of the store URL
 */
export function connectionFault(error: unknown, scheme: UrlScheme, stream?: Duplex): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error instanceof SentinelFault) return error.message;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === undefined) return 'connection lost';
  // The client's own limit, for the connection and the handshake of TLS together.
  if (code === 'ETIMEDOUT' && stream instanceof TLSSocket) {
    return `ETIMEDOUT (${noAnswerToTls(scheme)})`;
  }
  const hint = HINTS[code];
  if (hint === undefined) return code;
  return `${code} (${hint}${hint === 'no TLS there' ? orPlain(scheme) : ''})`;
}

/** No answer came in time, and no handshake of TLS was finished. */
export function noAnswerToTls(scheme: UrlScheme): string {
  return `no answer to TLS, if to the connection at all${orPlain(scheme)}`;
}

/** What a server probably is that ends a connection without an answer that can be understood. */
export function endedFault(bytes: Buffer | undefined, scheme: UrlScheme): string {
  const isTls = !scheme.isEncrypted && isAlert(bytes);
  const what = isTls ? 'it speaks TLS' : 'it accepts connections and ends them without an answer';
  return `${what}${orEncrypted(scheme)}`;
}

/** Whether these are the first bytes of an alert of TLS. */
export function isAlert(bytes: Buffer | undefined): boolean {
  return bytes?.[0] === TLS_ALERT;
}

function orPlain({ kind }: UrlScheme): string {
  return `; for a port without TLS write ${schemeText({ kind, isEncrypted: false })}`;
}

function orEncrypted({ kind, isEncrypted }: UrlScheme): string {
  if (isEncrypted) return '';
  return `; for a port with TLS write ${schemeText({ kind, isEncrypted: true })}`;
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
export function strangerFault({ bytes, error, isEnded }: Heard, scheme: UrlScheme): string {
  if (bytes?.subarray(0, 5).toString('latin1') === 'HTTP/') {
    return 'it is not a Redis: it answers as a server of HTTP';
  }
  if (!scheme.isEncrypted && isAlert(bytes)) return endedFault(bytes, scheme);
  if (bytes !== undefined && !REPLY.test(bytes.toString('latin1'))) {
    return 'it is not a Redis: its answer cannot be understood';
  }
  if (scheme.isEncrypted && error !== undefined) return connectionFault(error, scheme);
  if (!isEnded && error === undefined) return 'it accepts connections and does not answer';
  return endedFault(bytes, scheme);
}
