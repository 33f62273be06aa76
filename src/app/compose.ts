import type { Readiness } from './readiness.ts';
import type { WantedHeaders } from '../session/wanted-headers.ts';
import type { ProcessConfig } from './process-config.ts';
import { followPolicies } from './follow-policies.ts';
import type { PolicyVersion } from './policy-watch.ts';
import { replicaAnnouncement } from './replica-announcement.ts';
import { serverKeys } from './server-keys.ts';
import type { Shell } from './shell.ts';
import { startChecks } from './start-checks.ts';
import { startGrpc, startOps, startReadiness } from './start-servers.ts';
import { startStore } from './start-store.ts';
import { startSweeper } from './start-sweeper.ts';
import { startTokens } from './start-tokens.ts';
import { StoreWatch } from './store-watch.ts';
import { formatListenAddress } from '../transport/listen-address.ts';

/** A process that serves, or will as soon as it can. */
export interface RunningCurfew {
  /** With the ports that it got. */
  readonly grpcAddress: string;
  readonly opsAddress: string;
  readonly readiness: Readiness;
  policies(): PolicyVersion;
  /** Reads the policy file again. */
  reload(): void;
  /** No new calls; resolves when those in flight are answered, or the time for that is over. */
  drain(): Promise<void>;
}

/**
 * Builds every part, each after those that it needs. What is opened is left in the shell's lifecycle, also when a
 * later part fails.
 * @throws {StartFault}
 */
export async function compose(config: ProcessConfig, shell: Shell): Promise<RunningCurfew> {
  const keys = await serverKeys(config.keyFile, shell.log);
  const policies = await followPolicies(config.policyFile, shell);
  const opened = await startStore(config, shell);
  const tokens = startTokens(policies, shell);
  const store = shell.tracing?.traced(opened.store, config.store) ?? opened.store;
  const handler = startChecks(config, shell, { keys, policies, tokens, store });
  const wanted = (): WantedHeaders => policies.current().policies.wantedHeaders;
  const grpc = await startGrpc(config, shell, { handler, wanted });
  const readiness = startReadiness(grpc, shell);
  const ops = await startOps(config, shell, readiness);
  startSweeper(opened, policies, shell);

  const storeWatch = new StoreWatch({
    opened,
    announcement: () => replicaAnnouncement(keys, policies.current().policies),
    readiness,
    metrics: shell.metrics.store,
    log: shell.log,
    onUnusable: shell.giveUp,
  });
  shell.lifecycle.opened('store watch', () => storeWatch.close());
  policies.onSwap(() => storeWatch.ask());
  storeWatch.ask();

  // Ready only with the keys of the token issuers, or knowing that they cannot be had now.
  void tokens.firstTried().then(() => readiness.hold('config'));

  return {
    grpcAddress: grpc.address,
    opsAddress: formatListenAddress(ops.address),
    readiness,
    policies: policies.current,
    reload: () => policies.look(),
    drain: () => grpc.drain(config.drainTimeoutMs),
  };
}
