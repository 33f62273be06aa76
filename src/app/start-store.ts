import { openStore } from '../store/open-store.ts';
import type { OpenedStore } from '../store/opened-store.ts';
import { StoreFilesError } from '../store/redis/access/redis-secrets.ts';
import { isShared } from '../store/store-location.ts';
import { StartFault } from '../process/start-fault.ts';
import type { ProcessConfig } from '../settings/process-config.ts';
import { settingNamed } from '../settings/setting-text.ts';
import type { OnStoreLoss } from '../terms/on-store-loss.ts';
import type { FollowedPolicies } from './follow-policies.ts';
import type { Shell } from './shell.ts';

/**
 * Opens the store that the settings name, without waiting until it answers.
 * @throws {StartFault}
 */
export async function startStore(
  config: ProcessConfig,
  policies: FollowedPolicies,
  { lifecycle, telemetry }: Shell,
): Promise<OpenedStore> {
  const onStoreLoss = (): OnStoreLoss => policies.current.policies.settings.onStoreLoss;
  if (!isShared(config.store)) {
    telemetry.storeLog.inMemory();
    const checkFence = (): void => {
      if (onStoreLoss() === 'fence') telemetry.storeLog.fenceWithoutEffect();
    };
    checkFence();
    policies.onSwap(checkFence);
  }
  try {
    const opened = await openStore(config.store, {
      clock: Date.now,
      observer: telemetry.store,
      passwordFile: config.redisPasswordFile,
      caFile: config.redisCaFile,
      certFile: config.redisCertFile,
      keyFile: config.redisKeyFile,
      sentinelPasswordFile: config.sentinelPasswordFile,
      sentinelUsername: config.sentinelUsername,
      secretsRejected: (why) => telemetry.storeLog.secretsRejected(why),
      commandTimeoutMs: config.decisionBudgetMs,
      durableReplicas: config.durableReplicas,
      onStoreLoss,
    });
    lifecycle.opened('store', () => opened.close());
    return opened;
  } catch (error) {
    if (error instanceof StoreFilesError) {
      throw new StartFault('usage', [`${settingNamed('store').flag}: ${error.message}`]);
    }
    throw error;
  }
}
