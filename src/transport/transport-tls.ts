import type { SecureContextOptions, TlsOptions } from 'node:tls';

/** What the gRPC port shows to its clients and asks of them. PEM, as it stands in the files. */
export interface TransportTls {
  /** The server's certificate, and after it those that lead to its authority. */
  readonly certificate: Buffer;
  readonly key: Buffer;
  /** Authorities of the clients. With them, whoever has no certificate of theirs does not get past the handshake. */
  readonly clientCa?: Buffer | undefined;
}

/** A peer that has not said hello by then holds up a drain: shorter than anybody's drain timeout. */
const HANDSHAKE_MAX_MS = 5_000;

// RFC 9113 section 9.2.2 forbids HTTP/2 all suites of TLS 1.2 but the ephemeral ones with an AEAD.
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

/** What comes from the files, and may be replaced under a running server (`setSecureContext`). */
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
 * What holds for a listening server from its start. The protocol is agreed in the handshake: a client that offers
 * others than HTTP/2 is refused there. One that offers none gets through, so the server has to look at
 * `alpnProtocol` itself (RFC 9113 section 3.2).
 */
export function tlsListenOptions(tls: TransportTls): TlsOptions {
  return {
    ALPNProtocols: ['h2'],
    requestCert: tls.clientCa !== undefined,
    rejectUnauthorized: tls.clientCa !== undefined,
    handshakeTimeout: HANDSHAKE_MAX_MS,
  };
}
