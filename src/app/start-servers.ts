import { listenFaultText } from '../process/listen.ts';
import { Readiness } from '../process/readiness.ts';
import { StartFault } from '../process/start-fault.ts';
import type { ProcessConfig } from '../settings/process-config.ts';
import type { SettingName } from '../settings/setting-name.ts';
import { settingNamed } from '../settings/setting-text.ts';
import type { CheckAnswerer } from '../transport/answer-check.ts';
import type { GrpcTransport } from '../transport/grpc-transport.ts';
import { formatListenAddress } from '../transport/listen-address.ts';
import type { ListenAddress } from '../transport/listen-address.ts';
import { startTransport } from '../transport/start-transport.ts';
import type { FollowedTls } from './follow-tls.ts';
import { isNarrower } from './tls-files.ts';
import type { TlsVersion } from './tls-files.ts';
import { startOpsServer } from './ops-server.ts';
import type { OpsServer } from './ops-server.ts';
import type { Shell } from './shell.ts';

/**
 * Listens for Envoy. The health service says NOT_SERVING until this replica is ready.
 * @throws {StartFault}
 */
export async function startGrpc(
  config: ProcessConfig,
  { lifecycle, telemetry }: Shell,
  answerer: Pick<CheckAnswerer, 'handler' | 'wanted'>,
  followed: FollowedTls | undefined,
): Promise<GrpcTransport> {
  const first = followed?.current;
  const grpc = await listening('grpcAddress', config.grpcAddress, () =>
    startTransport(config.transport, {
      address: formatListenAddress(config.grpcAddress),
      ...answerer,
      onError: telemetry.transportFault,
      rpcObserver: telemetry.rpcs,
      tracer: telemetry.tracer,
      connectionObserver: telemetry.connections,
      limits: { connectionAgeMaxMs: config.connectionAgeMs },
      tls: first?.tls,
    }),
  );
  lifecycle.opened('grpc', () => grpc.close());
  if (followed === undefined || first === undefined) return grpc;
  const swap = (next: TlsVersion, before: TlsVersion): void => {
    grpc.setTls(next.tls);
    if (!isNarrower(next, before)) return;
    telemetry.tls.grpc.connectionsRenewed();
    grpc.renewConnections();
  };
  followed.onSwap(swap);
  // The files may have changed while the server started to listen.
  if (followed.current !== first) swap(followed.current, first);
  return grpc;
}

/** Creates the readiness of this replica. Its changes are reported to Envoy, too. */
export function startReadiness(grpc: GrpcTransport, { telemetry }: Shell): Readiness {
  return new Readiness((report) => {
    grpc.setServing(report.ready);
    telemetry.readiness(report);
  });
}

/**
 * Listens for probes and scrapes.
 * @throws {StartFault}
 */
export async function startOps(
  config: ProcessConfig,
  { lifecycle, telemetry }: Shell,
  readiness: Readiness,
): Promise<OpsServer> {
  const ops = await listening('opsAddress', config.opsAddress, () =>
    startOpsServer({
      address: config.opsAddress,
      readiness: () => readiness.report,
      metrics: () => telemetry.exposition(),
    }),
  );
  lifecycle.opened('ops', () => ops.close());
  return ops;
}

/** Starts to listen, and explains it if the address cannot be listened on. */
export async function listening<T>(
  setting: SettingName,
  address: ListenAddress,
  start: () => Promise<T>,
): Promise<T> {
  try {
    return await start();
  } catch (error) {
    const where = `${settingNamed(setting).flag} ${formatListenAddress(address)}`;
    throw new StartFault('failure', [`${where}: ${listenFaultText(error)}`]);
  }
}
