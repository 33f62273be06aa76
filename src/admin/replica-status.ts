import type { ReadinessReport } from '../process/readiness.ts';
import type { InstallationState } from '../store/installation.ts';
import type { StoreInspection } from '../store/store-inspection.ts';
import type { AnnouncedReplica } from '../store/compare-replicas.ts';

/** What the process around administration knows of itself. */
export interface ReplicaStatus {
  /** The name under which it announces itself to the others. */
  readonly replica: string;
  readonly startedAtMs: number;
  readonly readiness: ReadinessReport;
  /** The server keys, by fingerprint, in the order in which they are looked up. */
  readonly keys: readonly { readonly fingerprint: string; readonly use: 'writes' | 'reads' }[];
}

/** What the store knows. */
export interface StoreStatus {
  readonly inspection: StoreInspection;
  /** Every replica that has announced itself lately, this one included. */
  readonly replicas: readonly AnnouncedReplica[];
  readonly installation: InstallationState;
  /** How many sessions are live, by source. */
  readonly sessions: ReadonlyMap<string, number>;
}
