import {
  Client,
  credentials,
  status,
  type ChannelCredentials,
  type ServiceError,
} from '@grpc/grpc-js';
import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { service } from 'grpc-health-check';
import { formatListenAddress, parseListenAddress, reachableAddress } from './listen-address.ts';

export type HealthAnswer =
  | 'SERVING'
  | 'NOT_SERVING'
  | 'UNKNOWN'
  /** The server answers, but does not know the service. */
  | 'SERVICE_UNKNOWN'
  /** No answer came in time, or the answer could not be understood. */
  | 'UNREACHABLE';

/** How to ask a server that uses TLS. All values are PEM. */
export interface HealthTls {
  /**
   * The authorities that verify the server's certificate. `undefined`: it is not verified, for a
   * client on the same machine.
   */
  readonly ca: Buffer | undefined;
  /** The client certificate for a server that asks for one. Set this and `key`, or neither. */
  readonly certificate: Buffer | undefined;
  readonly key: Buffer | undefined;
  /** The name to verify instead of the host of the address (for a Unix socket: `localhost`). */
  readonly serverName: string | undefined;
}

const LOCALHOST = 'localhost';
const ANSWERS: readonly string[] = ['SERVING', 'NOT_SERVING', 'UNKNOWN'] satisfies HealthAnswer[];

/**
 * Asks a server for its health through `grpc.health.v1`.
 *
 * @param address the server's listen address; for all interfaces (`0.0.0.0`, `[::]`) loopback is
 *   used
 * @throws {RangeError} for an invalid address, and an Error for PEM that cannot be read
 */
export async function checkHealth(
  address: string,
  serviceName: string,
  timeoutMs: number,
  tls?: HealthTls,
): Promise<HealthAnswer> {
  const reached = reachableAddress(parseListenAddress(address));
  const target = formatListenAddress(reached);
  const host = reached.kind === 'tcp' ? reached.host.replace(/^\[(.*)\]$/, '$1') : LOCALHOST;
  const verified = tls?.serverName ?? host;
  const client = new Client(target, credentialsFor(tls, verified), {
    // The proxy settings of a container are meant for outside addresses, not for its own loopback.
    'grpc.enable_http_proxy': 0,
    'grpc.enable_channelz': 0,
    'grpc.enable_retries': 0,
    // A name that the server chooses its certificate by cannot be an address (RFC 6066 section 3).
    'grpc.ssl_target_name_override': isIP(verified) === 0 ? verified : LOCALHOST,
  });
  try {
    return await ask(client, serviceName, Date.now() + timeoutMs);
  } finally {
    client.close();
  }
}

function credentialsFor(tls: HealthTls | undefined, verified: string): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const { ca = null, key = null, certificate = null } = tls;
  return credentials.createSsl(ca, key, certificate, {
    rejectUnauthorized: ca !== null,
    checkServerIdentity: (_name, shown) => checkServerIdentity(verified, shown),
  });
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
