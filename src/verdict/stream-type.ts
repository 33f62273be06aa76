const CONNECT_STREAM = /^\s*application\/connect\+/i;

/** gRPC and gRPC-Web: `application/grpc`, `application/grpc+proto`, `application/grpc-web-text`, … */
export function isGrpcType(contentType: string): boolean {
  return /^\s*application\/grpc(?:$|[-+;\s])/i.test(contentType);
}

/** A stream of the Connect protocol: `application/connect+proto`, `application/connect+json`. */
export function isConnectStreamType(contentType: string): boolean {
  return CONNECT_STREAM.test(contentType);
}
