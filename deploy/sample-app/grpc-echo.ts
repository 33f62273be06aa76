import { createServer } from 'node:http2';
import type { Http2Server } from 'node:http2';

const METHODS = new Set(['/curfew.sample.Echo/Say', '/curfew.sample.Echo/Chat']);

/**
 * The service of echo.proto over HTTP/2 without TLS. Every message is returned unchanged, so a body of
 * length-prefixed messages is its own answer and nothing has to be decoded.
 */
export function createGrpcServer(): Http2Server {
  const server = createServer();
  server.on('stream', (stream, headers) => {
    stream.on('error', () => stream.close()); // the proxy resets streams whose session has ended
    const contentType = headers['content-type'] ?? 'application/grpc';
    if (!METHODS.has(headers[':path'] ?? '')) {
      stream.respond(
        { ':status': 200, 'content-type': contentType, 'grpc-status': '12' },
        { endStream: true },
      );
      return;
    }
    const encoding = headers['grpc-encoding'];
    stream.respond(
      {
        ':status': 200,
        'content-type': contentType,
        ...(encoding === undefined ? {} : { 'grpc-encoding': encoding }),
      },
      { waitForTrailers: true },
    );
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.pipe(stream);
  });
  return server;
}
