import type { PolicySet } from '../policy/selection/policy-set.ts';
import type { SessionDirectory } from '../session/session-directory.ts';
import type { SessionNames } from '../session/session-key.ts';
import type { SessionStore } from '../session/session-store.ts';
import type { SubjectNames } from '../session/subject-key.ts';
import type { CheckObserver } from './check-observer.ts';
import type { TokenVerifier } from './token-verifier.ts';

/** What checks need to know whose session it is. */
export type CheckDirectory = Pick<SessionDirectory, 'enter' | 'attach' | 'leave' | 'subjectState'>;

/** What the check handler needs. It opens and owns nothing itself. */
export interface CheckDependencies {
  /** The current version of the policy file. Called once per check. */
  policies(): PolicySet;
  /** The names of the session of a credential inside Curfew (keyed hashes). */
  namesOf(source: string, credential: string): SessionNames;
  /** The names of a subject inside Curfew (keyed hashes). */
  subjectNamesOf(subject: string): SubjectNames;
  /**
   * Why this replica may lack a server key. Then a credential that is unknown under all names may
   * still belong to a session. `undefined`: it has all keys.
   */
  whyKeysIncomplete(): string | undefined;
  /** SHA-256 in base64url, which names the session of a token without a session claim. */
  hash(text: string): string;
  readonly tokens: TokenVerifier;
  readonly store: SessionStore;
  /** Knows whose the sessions of the store are. */
  readonly directory: CheckDirectory;
  /** Whether subjects are noted in sessions: not while a replica of an earlier version may run. */
  areSubjectsNoted(): boolean;
  readonly observer: CheckObserver;
  readonly clock: {
    /** Only for durations. */
    monotonicMs(): number;
    /** Only for the times in tokens. It decides nothing about sessions. */
    wallMs(): number;
  };
  /** How many checks may wait for the store or a key fetch at once. */
  readonly inFlightMax: number;
  /** The longest time that one check may take, even if the caller allows more. */
  readonly decisionBudgetMs: number;
}
