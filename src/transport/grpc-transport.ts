import type { CheckAnswerer } from './answer-check.ts';
import type { CheckTracer } from './check-tracer.ts';
import type { ConnectionObserver } from './connection-observer.ts';
import type { GrpcServerLimits } from './grpc-server-limits.ts';
import type { RpcObserver } from './rpc-observer.ts';
import type { TransportTls } from './transport-tls.ts';

/** The options of a gRPC server, whatever the transport. */
export interface GrpcServerOptions extends CheckAnswerer {
  /** `HOST:PORT` (port 0: any free port), `[IPV6]:PORT` or `unix:/path`. */
  readonly address: string;
  readonly rpcObserver: RpcObserver;
  readonly tracer?: CheckTracer | undefined;
  readonly connectionObserver?: ConnectionObserver;
  readonly limits?: Partial<GrpcServerLimits>;
  /** `undefined`: plain text, for where a mesh encrypts the traffic or it stays on one machine. */
  readonly tls?: TransportTls | undefined;
}

/** A listening gRPC server, whatever the transport. */
export interface GrpcTransport {
  /** Where the server listens, with the actual port. */
  readonly address: string;
  /** `undefined` for a Unix socket. */
  readonly port: number | undefined;
  /** Sets the status for `""` and the Authorization service. NOT_SERVING at first. */
  setServing(isServing: boolean): void;
  /**
   * Uses these certificates for new connections. Open connections continue. Whether clients are
   * asked for a certificate stays as it was at the start. Has no effect in plain text. OpenSSL must
   * accept the certificates and the key.
   */
  setTls(tls: TransportTls): void;
  /**
   * Asks every peer to reconnect, so that its certificate is checked again. Peers that do not close
   * in time are disconnected. With `fast` no call is lost. With `grpc-js` some calls are refused as
   * never processed, and Envoy must retry them (`refused-stream`).
   */
  renewConnections(): void;
  /**
   * Reports NOT_SERVING, accepts no new connections and sends GOAWAY on the open ones. Resolves
   * when the checks in flight are answered, or after `graceMs`, when the rest is cut off. Callers
   * that must give health checks time to notice wait before they call this.
   */
  drain(graceMs: number): Promise<void>;
  /** Ends all connections and calls at once. */
  close(): Promise<void>;
}
