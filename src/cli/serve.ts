import { setTimeout as sleep } from 'node:timers/promises';
import { compose } from '../app/compose.ts';
import type { RunningCurfew } from '../app/compose.ts';
import { EXIT_FAILURE, crashLoudly } from '../app/crash.ts';
import { Lifecycle } from '../process/lifecycle.ts';
import { createLog, errorFields } from '../telemetry/log/log.ts';
import type { Log } from '../telemetry/log/log.ts';
import type { LogDestination } from '../telemetry/log/log-destination.ts';
import { Metrics } from '../telemetry/metrics/metrics.ts';
import { ProcessConfigError, parseProcessConfig } from '../settings/parse-process-config.ts';
import type { ProcessConfig } from '../settings/process-config.ts';
import type { Environment, SettingTexts } from '../settings/process-settings.ts';
import { StartFault } from '../process/start-fault.ts';
import { listenForStop } from '../app/stop-request.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { startTracing } from '../telemetry/tracing/start-tracing.ts';
import { describeStore } from '../store/store-location.ts';
import { programVersion } from '../process/version.ts';
import { allowYoungHeapGrowth } from '../app/heap.ts';
import type { CommandIo } from './command-io.ts';

const STDOUT = 1;
const FLUSH_MAX_MS = 1_000;
const INSIST_FLUSH_MAX_MS = 200;

/**
 * `curfew serve`: answers Envoy until it is asked to stop.
 * @returns the exit code: 0 after an orderly stop, 1 when the environment or a bug prevents serving, 2 when
 * settings or files are wrong
 */
export async function runServe(
  flags: SettingTexts,
  environment: Environment,
  io: CommandIo,
): Promise<number> {
  const settings = readSettings(flags, environment, io);
  if (settings === undefined) return 2;
  const version = programVersion();
  const metrics = new Metrics(version);
  const { log, destination } = createLog(settings.config.logLevel, STDOUT, (lines) =>
    metrics.linesDropped(lines),
  );
  crashLoudly(log, destination);
  for (const warning of settings.warnings) log.warn({ event: 'setting_warned' }, warning);
  const lifecycle = new Lifecycle(({ step, fault, error }) => {
    const cause = error === undefined ? {} : errorFields(error);
    log.warn(
      { event: 'close_fault', step, fault, ...cause },
      `closing ${step} ${fault === 'failed' ? 'failed' : 'took too long'}`,
    );
  });
  const stop = listenForStop((signal) => insist(signal, log, destination));
  let gaveUp = false;
  const giveUp = (why: string): void => {
    gaveUp = true;
    log.fatal({ event: 'gave_up' }, why);
    stop.ask(why);
  };
  try {
    const tracing = await startTracing(environment, log, lifecycle);
    const telemetry = new Telemetry(log, metrics, tracing);
    const curfew = await compose(settings.config, { lifecycle, telemetry, giveUp });
    announce(curfew, settings.config, version, log);
    allowYoungHeapGrowth();
    process.on('SIGHUP', curfew.reload);
    lifecycle.opened('reload signal', () => void process.off('SIGHUP', curfew.reload));
    const why = await stop.asked;
    if (!gaveUp) await drain(curfew, settings.config, why, log);
    return gaveUp ? EXIT_FAILURE : 0;
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    for (const line of error.lines) io.err(`curfew: ${line}\n`);
    return error.fault === 'usage' ? 2 : EXIT_FAILURE;
  } finally {
    await lifecycle.close();
    stop.close();
    await destination.flush(FLUSH_MAX_MS);
  }
}

function readSettings(
  flags: SettingTexts,
  environment: Environment,
  io: CommandIo,
): ReturnType<typeof parseProcessConfig> | undefined {
  try {
    return parseProcessConfig(flags, environment);
  } catch (error) {
    if (!(error instanceof ProcessConfigError)) throw error;
    for (const problem of error.problems) io.err(`curfew: ${problem}\n`);
    return undefined;
  }
}

function announce(curfew: RunningCurfew, config: ProcessConfig, version: string, log: Log): void {
  const { hash, policies } = curfew.policies();
  const store = describeStore(config.store);
  log.info(
    {
      event: 'started',
      version,
      node: process.versions.node,
      grpc_address: curfew.grpcAddress,
      grpc_tls: tlsWords(config),
      transport: config.transport,
      ops_address: curfew.opsAddress,
      admin_address: curfew.adminAddress,
      store,
      policy_file: config.policyFile,
      policy_hash: hash,
      policies: policies.policies.length,
      sources: policies.sources.length,
    },
    `curfew ${version} listens on ${curfew.grpcAddress}, sessions in ${store}`,
  );
}

function tlsWords(config: ProcessConfig): 'off' | 'on' | 'mutual' {
  if (config.grpcTlsCertFile === undefined) return 'off';
  return config.grpcClientCaFile === undefined ? 'on' : 'mutual';
}

/** First health checks notice, then no new calls are taken, then those in flight are answered. */
async function drain(
  curfew: RunningCurfew,
  config: ProcessConfig,
  why: string,
  log: Log,
): Promise<void> {
  const wasReady = curfew.readiness.report.ready;
  log.info({ event: 'draining', why, delay_ms: config.drainDelayMs }, `${why}: draining`);
  curfew.readiness.unmet('running', 'it is shutting down');
  // No traffic is routed to a replica that was not ready anyway.
  if (wasReady) await sleep(config.drainDelayMs);
  await curfew.drain();
  log.info({ event: 'stopped' }, 'every check was answered; stopped');
}

function insist(signal: string, log: Log, destination: LogDestination): void {
  log.warn({ event: 'stop_insisted', signal }, `${signal} again: stopping at once`);
  void destination.flush(INSIST_FLUSH_MAX_MS).finally(() => process.exit(EXIT_FAILURE));
}
