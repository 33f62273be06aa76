import { startGrpcServer } from './grpc-server.ts';
import type { GrpcServerOptions, GrpcTransport } from './grpc-transport.ts';

/** The transport `fast`. As long as it has no server of its own, grpc-js stands in for it. */
export function startFastServer(options: GrpcServerOptions): Promise<GrpcTransport> {
  return startGrpcServer(options);
}
