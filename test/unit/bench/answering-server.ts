import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';

export type Reply = (request: Buffer, reply: (code: number, bytes: Buffer) => void) => void;

export const OK = 0;
export const UNAVAILABLE = 14;
export const ALLOW: Buffer = Buffer.from([0x0a, 0x00, 0x1a, 0x00]);
export const DENY: Buffer = Buffer.from([0x0a, 0x02, 0x08, 0x10, 0x12, 0x00]);

/** A gRPC server of somebody else's, whose answers are bytes of the test's choice. */
export interface AnsweringServer {
  readonly port: number;
  stop(): void;
}

export async function startAnsweringServer(
  answer: Reply,
  options: Record<string, number> = {},
): Promise<AnsweringServer> {
  const server = new Server(options);
  server.addService(definition, {
    Check: (
      call: { request: Buffer },
      callback: (error: { code: number } | null, bytes?: Buffer) => void,
    ) => {
      answer(call.request, (code, bytes) => {
        callback(code === OK ? null : { code }, bytes);
      });
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { port, stop: () => server.forceShutdown() };
}

const asIs = (bytes: Buffer): Buffer => bytes;

const definition: ServiceDefinition = {
  Check: {
    path: '/envoy.service.auth.v3.Authorization/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  },
};
