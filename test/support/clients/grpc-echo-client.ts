import { Client, Metadata, credentials, status } from '@grpc/grpc-js';
import type { StatusObject } from '@grpc/grpc-js';

const asIs = (bytes: Buffer): Buffer => bytes;

/** Headers of a call; the cookie among them. */
export type CallHeaders = Readonly<Record<string, string>>;

/** One unary call of the sample's echo service through a proxy: how it ended. */
export async function grpcSay(
  port: number,
  headers: CallHeaders,
  host?: string,
): Promise<StatusObject> {
  const client = clientFor(port, host);
  const metadata = metadataOf(headers);
  try {
    return await new Promise<StatusObject>((resolve) => {
      const path = '/curfew.sample.Echo/Say';
      const call = client.makeUnaryRequest(path, asIs, asIs, Buffer.from([]), metadata, () => {});
      call.on('status', resolve);
    });
  } finally {
    client.close();
  }
}

/** An open bidirectional stream of the echo service. */
export interface GrpcChat {
  /** The number of messages that came back. */
  readonly echoes: number;
  /** When and how it ended. */
  readonly ended: Promise<{ readonly status: StatusObject; readonly atMs: number }>;
}

/** Opens a stream and sends a message every `everyMs` until it ends. */
export function grpcChat(
  port: number,
  headers: CallHeaders,
  everyMs: number,
  host?: string,
): GrpcChat {
  const client = clientFor(port, host);
  const path = '/curfew.sample.Echo/Chat';
  const call = client.makeBidiStreamRequest(path, asIs, asIs, metadataOf(headers));
  const timer = setInterval(() => call.write(Buffer.from([])), everyMs);
  let echoes = 0;
  call.on('data', () => (echoes += 1));
  call.on('error', () => {}); // the status reports it
  const ended = new Promise<{ status: StatusObject; atMs: number }>((resolve) => {
    call.on('status', (end: StatusObject) => {
      clearInterval(timer);
      client.close();
      resolve({ status: end, atMs: performance.now() });
    });
  });
  return {
    get echoes() {
      return echoes;
    },
    ended,
  };
}

/** The numbers of gRPC's status codes. */
export const GRPC_STATUS: typeof status = status;

function clientFor(port: number, host: string | undefined): Client {
  const options = host === undefined ? {} : { 'grpc.default_authority': host };
  return new Client(`127.0.0.1:${port}`, credentials.createInsecure(), options);
}

function metadataOf(headers: CallHeaders): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return metadata;
}
