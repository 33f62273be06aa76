import { LeaseKeeper } from '../../../src/leases/lease-keeper.ts';
import { LeasingStore } from '../../../src/leases/leasing-store.ts';
import type { LeaseObserver } from '../../../src/leases/lease-observer.ts';
import type { SessionStore } from '../../../src/session/session-store.ts';

/** A replica with leases over a store, on clocks of a test. */
export interface LeasedReplica {
  readonly store: LeasingStore;
  readonly keeper: LeaseKeeper;
  /** What its observer was told, in order. */
  readonly told: string[];
  /** What its clocks say. The wall clock may be set, the other one only goes forward. */
  readonly clocks: { monotonicMs: number; wallMs: number };
  isOn: boolean;
  pass(ms: number): void;
}

export function leasedReplica(behind: SessionStore, leasesMax = 1_000): LeasedReplica {
  const told: string[] = [];
  const clocks = { monotonicMs: 5_000, wallMs: 1_800_000_000_000 };
  const observer: LeaseObserver = {
    used: (ageMs) => told.push(`used ${ageMs}`),
    shared: () => told.push('shared'),
    asked: (cause) => told.push(`asked ${cause}`),
    dropped: (cause, count) => told.push(`dropped ${cause} ${count}`),
  };
  const replica = {
    told,
    clocks,
    isOn: true,
    pass: (ms: number) => {
      clocks.monotonicMs += ms;
      clocks.wallMs += ms;
    },
  };
  const keeper = new LeaseKeeper({
    leasesMax,
    monotonicMs: () => clocks.monotonicMs,
    wallMs: () => clocks.wallMs,
    isOn: () => replica.isOn,
    observer,
  });
  return Object.assign(replica, { keeper, store: new LeasingStore(behind, keeper) });
}
