import type { SecureContextOptions, TlsOptions } from 'node:tls';

/** The certificates of the gRPC port. PEM, as read from the files. */
export interface TransportTls {
  /** The server's certificate, followed by the intermediate ones up to its authority. */
  readonly certificate: Buffer;
  readonly key: Buffer;
  /**
   * Authorities of the clients. If set, clients without a certificate of theirs fail the handshake.
   */
  readonly clientCa?: Buffer | undefined;
}

/**
 * A handshake delays a drain for as long as this, so it is shorter than any usual drain timeout.
 */
const HANDSHAKE_MAX_MS = 5_000;

// Of the suites of TLS 1.2, RFC 9113 section 9.2.2 allows only the ephemeral ones with an AEAD.
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** The options from the files. They can be replaced while the server runs (`setSecureContext`). */
export function tlsContextOptions(tls: TransportTls): SecureContextOptions {
  return {
    cert: tls.certificate,
    key: tls.key,
    ...(tls.clientCa === undefined ? {} : { ca: tls.clientCa }),
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: CIPHERS,
  };
}

/**
 * The options that are fixed when the server starts to listen. A client that offers only protocols
 * other than HTTP/2 fails the handshake. A client that offers none passes it, so the server must
 * check `alpnProtocol` itself (RFC 9113 section 3.2).
 */
export function tlsListenOptions(tls: TransportTls): TlsOptions {
  return {
    ALPNProtocols: ['h2'],
    requestCert: tls.clientCa !== undefined,
    rejectUnauthorized: tls.clientCa !== undefined,
    handshakeTimeout: HANDSHAKE_MAX_MS,
  };
}
