import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { listen } from '../../process/listen.ts';
import type { ListenAddress } from '../../transport/listen-address.ts';
import { OpenHandshakes } from '../../transport/open-handshakes.ts';
import { tlsContextOptions, tlsListenOptions } from '../../transport/transport-tls.ts';
import type { TransportTls } from '../../transport/transport-tls.ts';
import { ADMIN_LIMITS } from './admin-limits.ts';
import { ClientCertificates } from './client-certificates.ts';
import { ExchangeHandler } from './exchange-handler.ts';
import type { ExchangeOptions } from './exchange-handler.ts';
import { refuseUnreadable } from './refuse-unreadable.ts';

export interface AdminServerOptions extends ExchangeOptions {
  readonly address: ListenAddress;
  /** `undefined`: plain text, on this machine only. */
  readonly tls: TransportTls | undefined;
  /** Whether a certificate is the only thing that a caller can show. */
  readonly isCertificateRequired: boolean;
}

/** The listener of administration. */
export interface AdminServer {
  /** With the actual port, if port 0 was asked for. */
  readonly address: ListenAddress;
  /** Uses these certificates for new connections. Has no effect in plain text. */
  setTls(tls: TransportTls): void;
  /** Accepts no certificate any more that was shown before now; its clients must reconnect. */
  renewConnections(): void;
  /** Accepts no new calls, and resolves when those in flight are answered or were cut. */
  close(): Promise<void>;
}

/** @throws the error of the operating system if it cannot listen on the address */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { address, tls } = options;
  const certificates = new ClientCertificates();
  const handler = new ExchangeHandler(options, certificates);
  const server = createListener(options, handler);
  refuseUnreadable(server);
  // A client that does not read its answer is disconnected, too.
  server.setTimeout(ADMIN_LIMITS.pauseMaxMs);
  server.maxConnections = ADMIN_LIMITS.connectionsMax;
  server.maxHeadersCount = ADMIN_LIMITS.headerLinesMax;
  server.maxRequestsPerSocket = ADMIN_LIMITS.requestsPerConnectionMax;
  const secure = tls === undefined ? undefined : (server as ReturnType<typeof createTlsServer>);
  const handshakes = secure && new OpenHandshakes(secure);
  if (secure !== undefined) certificates.watch(secure);
  await listen(server, address);
  return {
    address: addressOf(server, address),
    setTls: (next) => secure?.setSecureContext(tlsContextOptions(next)),
    renewConnections: () => {
      certificates.forget();
      handshakes?.destroy();
      server.closeIdleConnections();
    },
    close: () => closeServer(server, handler),
  };
}

function createListener(options: AdminServerOptions, handler: ExchangeHandler): Server {
  const { tls, isCertificateRequired } = options;
  const http = {
    maxHeaderSize: ADMIN_LIMITS.headerMaxBytes,
    // The head and the whole request must arrive within this time, so slow senders keep no socket.
    requestTimeout: ADMIN_LIMITS.requestMaxMs,
    headersTimeout: ADMIN_LIMITS.requestMaxMs,
    keepAliveTimeout: ADMIN_LIMITS.idleMaxMs,
    // How often Node checks the two limits above. Its default is 30 s.
    connectionsCheckingInterval: ADMIN_LIMITS.checkConnectionsMs,
    // A request is refused as a whole if a header is not what HTTP allows.
    insecureHTTPParser: false,
    requireHostHeader: true,
  } as const;
  const answer = handler.answer;
  if (tls === undefined) return createServer(http, answer);
  return createTlsServer(
    {
      ...http,
      ...tlsListenOptions(tls),
      ...tlsContextOptions(tls),
      ALPNProtocols: ['http/1.1'],
      // Where tokens are accepted too, a client may come without a certificate.
      rejectUnauthorized: isCertificateRequired,
    },
    answer,
  );
}

function addressOf(server: Server, asked: ListenAddress): ListenAddress {
  if (asked.kind === 'unix') return asked;
  return { ...asked, port: (server.address() as AddressInfo).port };
}

async function closeServer(server: Server, handler: ExchangeHandler): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  let cut: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    cut = setTimeout(resolve, ADMIN_LIMITS.closeMaxMs);
  });
  await Promise.race([handler.idle(), late]);
  clearTimeout(cut);
  // What is left has no call, or one that takes too long.
  server.closeAllConnections();
  await closed;
}
