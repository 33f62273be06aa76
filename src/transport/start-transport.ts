import type { GrpcServerOptions, GrpcTransport } from './grpc-transport.ts';

/** The gRPC servers to choose from: our own for unary calls, and the reference implementation. */
export const TRANSPORTS = ['fast', 'grpc-js'] as const;
export type TransportKind = (typeof TRANSPORTS)[number];

/**
 * Starts the server of that kind; to its clients both are the same. Only that one is loaded.
 *
 * @throws {RangeError} for an address that is none, and an Error when it cannot be bound
 */
export async function startTransport(
  kind: TransportKind,
  options: GrpcServerOptions,
): Promise<GrpcTransport> {
  switch (kind) {
    case 'fast': {
      const { startFastServer } = await import('./fast-server.ts');
      return startFastServer(options);
    }
    case 'grpc-js': {
      const { startGrpcServer } = await import('./grpc-server.ts');
      return startGrpcServer(options);
    }
    default:
      return kind satisfies never;
  }
}
