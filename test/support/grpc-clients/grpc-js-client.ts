import { readFileSync } from 'node:fs';
import { Client, Metadata, credentials, status } from '@grpc/grpc-js';
import type { ChannelCredentials, ServiceError } from '@grpc/grpc-js';
import type { ClientTlsFiles, RealClient } from './real-client.ts';

const CHECK = '/envoy.service.auth.v3.Authorization/Check';
const UNKNOWN = '/envoy.service.auth.v3.Authorization/Allow';
const HEALTH = '/grpc.health.v1.Health';

const asIs = (bytes: Buffer): Buffer => bytes;

/** The client of grpc-js, with the same interface as the clients in other languages. */
export function startGrpcJsClient(address: string, tls?: ClientTlsFiles): RealClient {
  const client = new Client(address, credentialsFor(tls), {
    'grpc.enable_http_proxy': 0,
    'grpc.enable_retries': 0,
    'grpc.use_local_subchannel_pool': 1,
    ...(tls === undefined ? {} : { 'grpc.ssl_target_name_override': 'localhost' }),
  });
  const gzipping = new Client(address, credentialsFor(tls), {
    'grpc.default_compression_algorithm': 2,
    'grpc.use_local_subchannel_pool': 1,
  });
  const unary = (
    path: string,
    request: Buffer,
    {
      timeoutMs,
      cancelMs,
      isGzipped,
    }: { timeoutMs?: number; cancelMs?: number; isGzipped?: boolean } = {},
  ): Promise<{ code: number; reply: Buffer | undefined; message: string }> =>
    new Promise((resolve) => {
      const call = (isGzipped === true ? gzipping : client).makeUnaryRequest(
        path,
        asIs,
        asIs,
        request,
        new Metadata(),
        timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs },
        (fault: ServiceError | null, reply?: Buffer) => {
          resolve({ code: fault?.code ?? status.OK, reply, message: fault?.details ?? '' });
        },
      );
      if (cancelMs !== undefined) setTimeout(() => call.cancel(), cancelMs);
    });
  return {
    check: async ({ request, times = 1, ...options }) => {
      const answers = await Promise.all(
        Array.from({ length: times }, () => unary(CHECK, request, options)),
      );
      const codes: Record<number, number> = {};
      for (const { code } of answers) codes[code] = (codes[code] ?? 0) + 1;
      return { codes, reply: answers[0]?.reply, message: answers[0]?.message ?? '' };
    },
    health: async (service) => {
      const { code, reply } = await unary(`${HEALTH}/Check`, healthRequest(service));
      return { code, status: reply?.[1] ?? 0 };
    },
    watch: (service) => {
      const statuses: number[] = [];
      const call = client.makeServerStreamRequest(
        `${HEALTH}/Watch`,
        asIs,
        asIs,
        healthRequest(service),
      );
      call.on('data', (reply: Buffer) => statuses.push(reply[1] ?? 0));
      const ended = new Promise<number>((resolve) => {
        call.on('error', (fault: ServiceError) => resolve(fault.code));
        call.on('end', () => resolve(status.OK));
      });
      return { statuses, ended };
    },
    unknownMethod: async () => (await unary(UNKNOWN, Buffer.alloc(0))).code,
    close: async () => {
      client.close();
      gzipping.close();
    },
  };
}

function credentialsFor(tls: ClientTlsFiles | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const [ca, key, certificate] = [tls.ca, tls.key, tls.certificate].map((file) =>
    readFileSync(file),
  );
  return credentials.createSsl(ca, key, certificate);
}

function healthRequest(service: string): Buffer {
  if (service === '') return Buffer.alloc(0);
  return Buffer.concat([Buffer.from([0x0a, service.length]), Buffer.from(service)]);
}
