import type { GrpcServerOptions, GrpcTransport } from './grpc-transport.ts';

/** The available gRPC servers: our own for unary calls, and the reference implementation. */
export const TRANSPORTS = ['fast', 'grpc-js'] as const;
export type TransportKind = (typeof TRANSPORTS)[number];

/**
 * Starts a server of this kind. Clients see no difference. Only the code of this kind is loaded.
 *
 * @throws {RangeError} for an invalid address, and an Error if the address cannot be bound
 */
export async function startTransport(
  kind: TransportKind,
  options: GrpcServerOptions,
): Promise<GrpcTransport> {
  switch (kind) {
    case 'fast': {
      const { startFastServer } = await import('./fast/fast-server.ts');
      return startFastServer(options);
    }
    case 'grpc-js': {
      const { startGrpcServer } = await import('./grpc-js/grpc-server.ts');
      return startGrpcServer(options);
    }
    default:
      return kind satisfies never;
  }
}
