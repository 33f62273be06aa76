import { randomUUID } from 'node:crypto';
import type { Readiness } from '../process/readiness.ts';
import type { WantedHeaders } from '../terms/wanted-headers.ts';
import type { ProcessConfig } from '../settings/process-config.ts';
import { followKeys } from './follow-keys.ts';
import { followPolicies } from './follow-policies.ts';
import { followTls } from './follow-tls.ts';
import type { PolicyVersion } from '../policy/policy-version.ts';
import { replicaAnnouncement } from '../keys/replica-announcement.ts';
import { SettledKeys } from '../keys/settled-keys.ts';
import type { Shell } from './shell.ts';
import { adminParts } from './admin-parts.ts';
import { startAdmin } from './start-admin.ts';
import { startChecks } from './start-checks.ts';
import { startGrpc, startOps, startReadiness } from './start-servers.ts';
import { startLeases } from './start-leases.ts';
import { startStore } from './start-store.ts';
import { startSweeper } from './start-sweeper.ts';
import { startTokens } from './start-tokens.ts';
import { GRPC_TLS, tlsFilesOf } from './tls-files.ts';
import { StoreWatch } from './store-watch.ts';
import { abilitiesWithout } from '../store/capabilities.ts';
import { formatListenAddress } from '../transport/listen-address.ts';

/** How much earlier than the monotonic clock a timer may fire. */
const TIMER_EARLY_MAX_MS = 10;

/** A process that serves, or will serve once it is ready. */
export interface RunningCurfew {
  /** With the actual port, if port 0 was configured. */
  readonly grpcAddress: string;
  readonly opsAddress: string;
  /** `undefined`: administration is off. */
  readonly adminAddress: string | undefined;
  readonly readiness: Readiness;
  policies(): PolicyVersion;
  /** Reads all followed files again. */
  reload(): void;
  /** Accepts no new calls. Resolves when those in flight are answered or the time limit is over. */
  drain(): Promise<void>;
}

/**
 * Builds every part, each after the parts that it needs. Whatever is opened is registered in the
 * shell's lifecycle, so it can be closed even if a later part fails.
 * @throws {StartFault}
 */
export async function compose(config: ProcessConfig, shell: Shell): Promise<RunningCurfew> {
  const keys = await followKeys(config, shell);
  const policies = await followPolicies(config.policyFile, shell);
  const opened = await startStore(config, policies, shell);
  const leases = startLeases(opened, config, { keys, policies }, shell);
  const tokens = startTokens(policies, shell);
  const parts = { keys: keys.ring, policies, tokens, opened, leases };
  const handler = startChecks(config, shell, parts);
  const wanted = (): WantedHeaders => policies.current.policies.wantedHeaders;
  const tls = await followTls(
    tlsFilesOf(GRPC_TLS, {
      cert: config.grpcTlsCertFile,
      key: config.grpcTlsKeyFile,
      clientCa: config.grpcClientCaFile,
    }),
    shell.telemetry.tls.grpc,
    shell,
  );
  const grpc = await startGrpc(config, shell, { handler, wanted }, tls);
  const readiness = startReadiness(grpc, shell);
  const ops = await startOps(config, shell, readiness);
  startSweeper(opened, policies, shell);

  const replica = randomUUID();
  const startedAtMs = Date.now();
  const admin = await startAdmin(config, shell, {
    ...adminParts({ opened, leases, tokens, policies, keys: keys.ring }),
    status: () => ({
      replica,
      startedAtMs,
      readiness: readiness.report,
      keys: keys.ring.uses(),
    }),
  });
  const storeWatch = new StoreWatch({
    opened,
    announcement: (missing) => {
      const own = { fingerprints: keys.ring.announced(), writing: keys.ring.writing };
      const able = abilitiesWithout(missing);
      return replicaAnnouncement(replica, own, policies.current.policies, able);
    },
    keys: new SettledKeys(keys.ring, shell.telemetry.keys),
    readiness,
    log: shell.telemetry.storeLog,
    onUnusable: shell.giveUp,
  });
  shell.lifecycle.opened('store watch', () => storeWatch.close());
  policies.onSwap(() => storeWatch.ask());
  // A new key is announced once every running check has it. The timer may fire a little early.
  keys.onSwap(() => storeWatch.askIn(config.decisionBudgetMs + TIMER_EARLY_MAX_MS));
  storeWatch.ask();

  // Not ready before the keys of all token issuers were fetched, or could not be fetched.
  void tokens.firstTried().then(() => readiness.met('config'));

  return {
    grpcAddress: grpc.address,
    opsAddress: formatListenAddress(ops.address),
    adminAddress: admin && formatListenAddress(admin.server.address),
    readiness,
    policies: () => policies.current,
    reload: () => {
      policies.look();
      keys.look();
      tls?.look();
      admin?.look();
    },
    drain: () => grpc.drain(config.drainTimeoutMs),
  };
}
