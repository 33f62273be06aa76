import { randomUUID } from 'node:crypto';
import type { Readiness } from './readiness.ts';
import type { WantedHeaders } from '../session/wanted-headers.ts';
import type { ProcessConfig } from './process-config.ts';
import { followKeys } from './follow-keys.ts';
import { followPolicies } from './follow-policies.ts';
import { KeyAgreement } from './key-agreement.ts';
import { followTls } from './follow-tls.ts';
import type { PolicyVersion } from './policy-watch.ts';
import { replicaAnnouncement } from './replica-announcement.ts';
import type { Shell } from './shell.ts';
import { startChecks } from './start-checks.ts';
import { startGrpc, startOps, startReadiness } from './start-servers.ts';
import { startStore } from './start-store.ts';
import { startSweeper } from './start-sweeper.ts';
import { startTokens } from './start-tokens.ts';
import { StoreWatch } from './store-watch.ts';
import { formatListenAddress } from '../transport/listen-address.ts';

/** By how much a timer may be early against the clock that measures distances. */
const TIMER_EARLY_MAX_MS = 10;

/** A process that serves, or will as soon as it can. */
export interface RunningCurfew {
  /** With the ports that it got. */
  readonly grpcAddress: string;
  readonly opsAddress: string;
  readonly readiness: Readiness;
  policies(): PolicyVersion;
  /** Reads the files again that are followed. */
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
  const keys = await followKeys(config, shell);
  const policies = await followPolicies(config.policyFile, shell);
  const opened = await startStore(config, shell);
  const tokens = startTokens(policies, shell);
  const store = shell.tracing?.traced(opened.store, config.store) ?? opened.store;
  const handler = startChecks(config, shell, { keys: keys.ring, policies, tokens, store });
  const wanted = (): WantedHeaders => policies.current().policies.wantedHeaders;
  const tls = await followTls(config, shell);
  const grpc = await startGrpc(config, shell, { handler, wanted }, tls);
  const readiness = startReadiness(grpc, shell);
  const ops = await startOps(config, shell, readiness);
  startSweeper(opened, policies, shell);

  const { metrics, log } = shell;
  const replica = randomUUID();
  const storeWatch = new StoreWatch({
    opened,
    announcement: () =>
      replicaAnnouncement(replica, keys.ring.announced(), policies.current().policies),
    keys: new KeyAgreement({ ring: keys.ring, readiness, metrics, log }),
    readiness,
    metrics: metrics.store,
    log,
    onUnusable: shell.giveUp,
  });
  shell.lifecycle.opened('store watch', () => storeWatch.close());
  policies.onSwap(() => storeWatch.ask());
  // A new key is told of when no check goes on without it; a timer may fire a little early.
  keys.onSwap(() => storeWatch.askIn(config.decisionBudgetMs + TIMER_EARLY_MAX_MS));
  storeWatch.ask();

  // Ready only with the keys of the token issuers, or knowing that they cannot be had now.
  void tokens.firstTried().then(() => readiness.hold('config'));

  return {
    grpcAddress: grpc.address,
    opsAddress: formatListenAddress(ops.address),
    readiness,
    policies: policies.current,
    reload: () => {
      policies.look();
      keys.look();
      tls?.look();
    },
    drain: () => grpc.drain(config.drainTimeoutMs),
  };
}
