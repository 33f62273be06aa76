import type { CheckAnswerer } from './answer-check.ts';
import type { CheckTracer } from './check-tracer.ts';
import type { ConnectionObserver } from './connection-observer.ts';
import type { GrpcServerLimits } from './grpc-server-limits.ts';
import type { RpcObserver } from './rpc-observer.ts';
import type { TransportTls } from './transport-tls.ts';

/** What a gRPC server is started with, whichever it is. */
export interface GrpcServerOptions extends CheckAnswerer {
  /** `HOST:PORT` (port 0: any free one), `[IPV6]:PORT` or `unix:/path`. */
  readonly address: string;
  readonly rpcObserver: RpcObserver;
  readonly tracer?: CheckTracer | undefined;
  readonly connectionObserver?: ConnectionObserver;
  readonly limits?: Partial<GrpcServerLimits>;
  /** `undefined`: plain text, where the mesh encrypts between Envoy and Curfew, or nothing leaves the machine. */
  readonly tls?: TransportTls | undefined;
}

/** A listening gRPC server. Nothing of what is behind it shows. */
export interface GrpcTransport {
  /** Where it listens, with the port that it got. */
  readonly address: string;
  /** `undefined` for a Unix socket. */
  readonly port: number | undefined;
  /** What `grpc.health.v1` tells for `""` and for the Authorization service. NOT_SERVING until told otherwise. */
  setServing(isServing: boolean): void;
  /**
   * Shows and asks of new connections what is given here. Those that are open go on. Whether clients are asked for a
   * certificate stays as it was at the start; in plain text nothing happens. It has to be material that OpenSSL takes.
   */
  setTls(tls: TransportTls): void;
  /**
   * Asks all peers to connect anew, so that they are judged anew; who does not go is cut off in the end. No call is lost
   * with `fast`; with `grpc-js` some are refused as never processed, which Envoy has to ask again (`refused-stream`).
   */
  renewConnections(): void;
  /**
   * NOT_SERVING, no new connections, GOAWAY on the present ones; resolves when the checks in flight are answered, at
   * the latest after `graceMs`, when what is left is cut off. The wait for health checks to notice comes before it.
   */
  drain(graceMs: number): Promise<void>;
  /** Cuts everything off. */
  close(): Promise<void>;
}
