import type { ProofDependencies } from '../authz/prove-credential.ts';
import type { PolicyVersion } from '../policy/policy-version.ts';
import type { PendingEnd } from '../session/session-directory.ts';
import type { SessionNames } from '../session/session-key.ts';
import type { SubjectNames } from '../session/subject-key.ts';
import type { Administration } from '../store/administration.ts';
import type { Capabilities } from '../store/capabilities.ts';
import type { FinishedEnd, FinishOptions } from '../store/subjects/finish-subject-end.ts';
import type { Access } from './access/authenticate.ts';
import type { AdminObserver } from './admin-observer.ts';
import type { ReplicaStatus, StoreStatus } from './replica-status.ts';
import type { Seals } from './wire/sealed-text.ts';

/** What administration needs. It opens and owns nothing but its own listener. */
export interface AdminDependencies {
  readonly access: Access;
  /** The current version of the policy file. Each call uses one version. */
  policies(): PolicyVersion;
  /** The store, on a connection of its own. */
  readonly administration: Administration;
  /** What all replicas can read. */
  readonly capabilities: Capabilities;
  /**
   * How long another replica may answer for a session that was ended: the largest `max_staleness` of
   * the policies, or 0 if there is one process only.
   */
  enforcedWithinMs(): number;
  /** Carries out an end of a subject that has begun. @throws {StoreUnavailable} */
  finishSubjectEnd(pending: PendingEnd, options: FinishOptions): Promise<FinishedEnd>;
  /** The names of the session of a credential inside Curfew. */
  namesOf(source: string, credential: string): SessionNames;
  subjectNamesOf(subject: string): SubjectNames;
  /** Why this replica may lack a server key; `undefined`: it has all keys. */
  whyKeysIncomplete(): string | undefined;
  /** Signs what is handed out and given back, perhaps to another replica. */
  seals(purpose: 'cursor' | 'preview'): Seals;
  /** What reading a token needs. */
  readonly proof: ProofDependencies;
  /** How this replica is now. */
  status(): ReplicaStatus;
  /** How the store is now; `undefined` if it cannot be asked. */
  storeStatus(): Promise<StoreStatus | undefined>;
  readonly observer: AdminObserver;
  /** The version of the program, for the OpenAPI document. */
  readonly version: string;
  /** Only for durations. */
  monotonicMs(): number;
}
