import { Client, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';
import { formatListenAddress, parseListenAddress, reachableAddress } from './listen-address.ts';

export type HealthAnswer =
  | 'SERVING'
  | 'NOT_SERVING'
  | 'UNKNOWN'
  /** It answers, but does not know the service. */
  | 'SERVICE_UNKNOWN'
  /** Nobody answered in time, or not in these words. */
  | 'UNREACHABLE';

const ANSWERS: readonly string[] = ['SERVING', 'NOT_SERVING', 'UNKNOWN'] satisfies HealthAnswer[];

/**
 * Asks a server how it is, by `grpc.health.v1`.
 *
 * @param address as the server was told to listen: every interface (`0.0.0.0`, `[::]`) is asked through loopback
 * @throws {RangeError} for an address that is none
 */
export async function checkHealth(
  address: string,
  serviceName: string,
  timeoutMs: number,
): Promise<HealthAnswer> {
  const target = formatListenAddress(reachableAddress(parseListenAddress(address)));
  const client = new Client(target, credentials.createInsecure(), {
    // A container's proxy settings are for the world outside, not for its own loopback.
    'grpc.enable_http_proxy': 0,
    'grpc.enable_channelz': 0,
    'grpc.enable_retries': 0,
  });
  try {
    return await ask(client, serviceName, Date.now() + timeoutMs);
  } finally {
    client.close();
  }
}

function ask(client: Client, serviceName: string, deadline: number): Promise<HealthAnswer> {
  const { path, requestSerialize, responseDeserialize } = service['Check'] ?? missing();
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      { service: serviceName },
      { deadline },
      (fault: ServiceError | null, answer?: { status?: string }) => {
        if (fault?.code === status.NOT_FOUND) resolve('SERVICE_UNKNOWN');
        else resolve(isAnswer(answer?.status) ? answer.status : 'UNREACHABLE');
      },
    );
  });
}

function isAnswer(text: string | undefined): text is HealthAnswer {
  return text !== undefined && ANSWERS.includes(text);
}

function missing(): never {
  throw new Error('grpc-health-check does not define Check');
}
