import { LeaseKeeper } from '../leases/lease-keeper.ts';
import { LeasingStore } from '../leases/leasing-store.ts';
import { monotonicMs } from '../process/clock.ts';
import type { ProcessConfig } from '../settings/process-config.ts';
import type { SessionStore } from '../session/session-store.ts';
import type { Administration } from '../store/administration.ts';
import type { OpenedStore } from '../store/opened-store.ts';
import type { FollowedKeys } from './follow-keys.ts';
import type { FollowedPolicies } from './follow-policies.ts';
import type { Shell } from './shell.ts';

/** Older than any policy allows a lease to be, so what was not used for so long is of no use. */
const LOOK_EVERY_MS = 6_000;

/** Leases around the store of the checks, and administration whose ends make them void. */
export interface StartedLeases {
  around(store: SessionStore): SessionStore;
  readonly administration: Administration;
}

/**
 * Puts leases before a shared store. It listens to other replicas once a policy wants leases. A store
 * in memory needs none.
 */
export function startLeases(
  opened: OpenedStore,
  { leasesMax }: Pick<ProcessConfig, 'leasesMax'>,
  { keys, policies }: { readonly keys: FollowedKeys; readonly policies: FollowedPolicies },
  { lifecycle, telemetry }: Shell,
): StartedLeases {
  const { ends, capabilities, administration } = opened;
  if (ends === undefined || leasesMax === 0) return { around: (store) => store, administration };
  const keeper = new LeaseKeeper({
    leasesMax,
    monotonicMs,
    wallMs: Date.now,
    isOn: () => ends.mayListen && capabilities.allCan('publishes_ends'),
    observer: telemetry.leases,
  });
  telemetry.leasesHeld(() => keeper.table.size);
  let isListening = false;
  const listen = (): void => {
    keeper.isWanted = stalenessMaxMs(policies) > 0;
    if (isListening || !keeper.isWanted) return;
    isListening = true;
    ends.listen({
      sessionEnded: (key) => keeper.drop(key, 'heard'),
      subjectEnded: (subject) => keeper.dropSubject(subject),
      missed: () => keeper.dropAll('deaf'),
    });
  };
  listen();
  policies.onSwap(() => {
    keeper.dropAll('policies');
    listen();
  });
  keys.onSwap(() => keeper.dropAll('keys'));
  const look = setInterval(() => {
    keeper.table.age();
    if (isListening) telemetry.storeLog.mayListen(ends.mayListen);
  }, LOOK_EVERY_MS);
  lifecycle.opened('leases', () => clearInterval(look));
  return {
    around: (store) => new LeasingStore(store, keeper),
    administration: {
      store: new LeasingStore(administration.store, keeper),
      directory: administration.directory,
      installation: administration.installation,
      confirm: async () => administration.confirm(),
    },
  };
}

/** The largest `max_staleness` of the current policies; 0 = none wants leases. */
export function stalenessMaxMs({ current }: FollowedPolicies): number {
  return Math.max(0, ...current.policies.policies.map(({ maxStalenessMs }) => maxStalenessMs));
}
