import type { CheckAnswerer } from '../transport/answer-check.ts';
import type { GrpcTransport } from '../transport/grpc-transport.ts';
import { formatListenAddress } from '../transport/listen-address.ts';
import type { ListenAddress } from '../transport/listen-address.ts';
import { startTransport } from '../transport/start-transport.ts';
import type { FollowedTls } from './follow-tls.ts';
import { isNarrower } from './grpc-tls.ts';
import type { TlsVersion } from './grpc-tls.ts';
import { startOpsServer } from './ops-server.ts';
import type { OpsServer } from './ops-server.ts';
import type { ProcessConfig } from './process-config.ts';
import type { SettingName } from './process-settings.ts';
import { CONDITIONS, Readiness } from './readiness.ts';
import type { ReadinessReport } from './readiness.ts';
import { monotonicMs } from './shell.ts';
import type { Shell } from './shell.ts';
import { settingNamed } from './setting-text.ts';
import { StartFault } from './start-fault.ts';
import { createTransportLog } from './transport-log.ts';
import { wordsForListenFault } from './listen.ts';

/**
 * Listens for Envoy; NOT_SERVING until this replica is ready.
 * @throws {StartFault}
 */
export async function startGrpc(
  config: ProcessConfig,
  shell: Shell,
  answerer: Pick<CheckAnswerer, 'handler' | 'wanted'>,
  followed: FollowedTls | undefined,
): Promise<GrpcTransport> {
  const { log, metrics, lifecycle, tracing } = shell;
  const first = followed?.current();
  const grpc = await listening('grpcAddress', config.grpcAddress, () =>
    startTransport(config.transport, {
      address: formatListenAddress(config.grpcAddress),
      ...answerer,
      onError: createTransportLog(log, metrics.checks, monotonicMs),
      rpcObserver: tracing?.checks.endedBy(metrics.rpcs) ?? metrics.rpcs,
      tracer: tracing?.checks,
      connectionObserver: metrics.connections,
      limits: { connectionAgeMaxMs: config.connectionAgeMs },
      tls: first?.tls,
    }),
  );
  lifecycle.opened('grpc', () => grpc.close());
  if (followed === undefined || first === undefined) return grpc;
  const swap = (next: TlsVersion, before: TlsVersion): void => {
    grpc.setTls(next.tls);
    if (!isNarrower(next, before)) return;
    log.info(
      { event: 'tls_connections_renewed' },
      'an authority of clients is not trusted any more: all connections are asked to come back and are judged anew',
    );
    grpc.renewConnections();
  };
  followed.onSwap(swap);
  if (followed.current() !== first) swap(followed.current(), first);
  return grpc;
}

/** The readiness of this replica, told to Envoy, the metrics and the log. */
export function startReadiness(grpc: GrpcTransport, { log, metrics }: Shell): Readiness {
  return new Readiness((report) => {
    grpc.setServing(report.ready);
    metrics.readiness(report);
    if (report.ready) log.info({ event: 'ready' }, 'ready: Envoy may ask');
    else log.warn({ event: 'not_ready', why: whyNot(report) }, 'not ready any more');
  });
}

/**
 * Listens for probes and scrapes.
 * @throws {StartFault}
 */
export async function startOps(
  config: ProcessConfig,
  { metrics, lifecycle }: Shell,
  readiness: Readiness,
): Promise<OpsServer> {
  const ops = await listening('opsAddress', config.opsAddress, () =>
    startOpsServer({
      address: config.opsAddress,
      readiness: () => readiness.report,
      metrics: () => metrics.exposition(),
    }),
  );
  lifecycle.opened('ops', () => ops.close());
  return ops;
}

function whyNot({ conditions }: ReadinessReport): Readonly<Record<string, string>> {
  return Object.fromEntries(
    CONDITIONS.flatMap((name) => {
      const state = conditions[name];
      return state.holds ? [] : [[name, state.why]];
    }),
  );
}

async function listening<T>(
  setting: SettingName,
  address: ListenAddress,
  start: () => Promise<T>,
): Promise<T> {
  try {
    return await start();
  } catch (error) {
    const where = `${settingNamed(setting).flag} ${formatListenAddress(address)}`;
    throw new StartFault('failure', [`${where}: ${wordsForListenFault(error)}`]);
  }
}
