// gRPC calls over plain HTTP/2, for headers and bytes that a gRPC client would never send.

import { once } from 'node:events';
import { connect, type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2';

export const CHECK_HEADERS: OutgoingHttpHeaders = {
  ':method': 'POST',
  ':path': '/envoy.service.auth.v3.Authorization/Check',
  te: 'trailers',
  'content-type': 'application/grpc',
};

export interface RawAnswer {
  readonly httpStatus: number | undefined;
  /** From the headers or the trailers; `undefined` if the stream ended without one. */
  readonly grpcStatus: string | undefined;
  readonly grpcMessage: string | undefined;
  readonly body: Buffer;
  /** The code of the RST_STREAM that ended the stream; 0: none, or NO_ERROR. */
  readonly resetCode: number;
}

export interface RawConnection {
  readonly session: ClientHttp2Session;
  call(body: Buffer, headers?: OutgoingHttpHeaders): Promise<RawAnswer>;
  close(): void;
}

export async function connectRaw(address: string): Promise<RawConnection> {
  const session = connect(`http://${address}`);
  session.on('error', () => {});
  await once(session, 'connect');
  return {
    session,
    call: (body, headers = {}) => call(session, body, headers),
    close: () => {
      session.destroy();
    },
  };
}

/** A message as on the stream: flag, length, bytes. */
export function framed(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function call(
  session: ClientHttp2Session,
  body: Buffer,
  headers: OutgoingHttpHeaders,
): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const stream = session.request({ ...CHECK_HEADERS, ...headers });
    let seen: Record<string, unknown> = {};
    const chunks: Buffer[] = [];
    const remember = (more: object): void => {
      seen = { ...seen, ...more };
    };
    stream.on('response', remember);
    stream.on('trailers', remember);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', () => {});
    stream.on('close', () => {
      resolve({
        httpStatus: seen[':status'] as number | undefined,
        grpcStatus: seen['grpc-status'] as string | undefined,
        grpcMessage: seen['grpc-message'] as string | undefined,
        body: Buffer.concat(chunks),
        resetCode: stream.rstCode,
      });
    });
    stream.end(body);
  });
}
