import { openStore } from '../store/open-store.ts';
import type { OpenedStore } from '../store/opened-store.ts';
import { StoreUrlError } from '../store/redis-address.ts';
import type { StoreObserver } from '../store/store-observer.ts';
import type { Log } from './log.ts';
import type { ProcessConfig } from './process-config.ts';
import { settingNamed } from './setting-text.ts';
import type { Shell } from './shell.ts';
import { StartFault } from './start-fault.ts';

/**
 * Opens the store that the settings name, without waiting for it.
 * @throws {StartFault}
 */
export async function startStore(
  config: ProcessConfig,
  { log, metrics, lifecycle }: Shell,
): Promise<OpenedStore> {
  if (config.store.kind === 'memory') {
    log.warn(
      { event: 'store_in_memory' },
      'the memory store loses all sessions at a restart, and other replicas do not see them: one process only',
    );
  }
  try {
    const opened = await openStore(config.store.kind === 'memory' ? 'memory:' : config.store.url, {
      clock: Date.now,
      observer: observed(metrics.store, log),
      passwordFile: config.redisPasswordFile,
      caFile: config.redisCaFile,
      certFile: config.redisCertFile,
      keyFile: config.redisKeyFile,
      secretsRejected: (why) => {
        log.error(
          { event: 'store_secrets_rejected', why },
          'a file with a secret of the store cannot be used; what was good before stays in force',
        );
      },
      commandTimeoutMs: config.decisionBudgetMs,
    });
    lifecycle.opened('store', () => opened.close());
    return opened;
  } catch (error) {
    if (error instanceof StoreUrlError) {
      throw new StartFault('usage', [`${settingNamed('store').flag}: ${error.message}`]);
    }
    throw error;
  }
}

/** Metrics hear everything; the log hears when the store comes and goes. */
function observed(metrics: StoreObserver, log: Log): StoreObserver {
  let wasUp: boolean | undefined;
  return {
    called: (call, outcome, seconds) => metrics.called(call, outcome, seconds),
    clockSkew: (seconds) => metrics.clockSkew(seconds),
    desync: () => {
      metrics.desync();
      log.error(
        { event: 'store_desync' },
        'a reply of the store belonged to another call; the connection was closed',
      );
    },
    up: (isUp) => {
      metrics.up(isUp);
      if (isUp === wasUp || (!isUp && wasUp === undefined)) return;
      wasUp = isUp;
      if (isUp) log.info({ event: 'store_up' }, 'connected to the store');
      else log.error({ event: 'store_down' }, 'the connection to the store is lost; trying again');
    },
  };
}
