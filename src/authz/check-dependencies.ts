import type { PolicySet } from '../policy/policy-set.ts';
import type { SessionNames } from '../session/session-key.ts';
import type { SessionStore } from '../session/session-store.ts';
import type { CheckObserver } from './check-observer.ts';
import type { TokenVerifier } from './token-verifier.ts';

/** What the check handler is given; it opens and owns nothing itself. */
export interface CheckDependencies {
  /** The version of the policy file in force. Asked once per check. */
  policies(): PolicySet;
  /** How a credential of a source is known inside Curfew (keyed hashes). */
  namesOf(source: string, credential: string): SessionNames;
  /**
   * Why a credential that is unknown under all names may be a session all the same: this replica may lack a server key.
   * `undefined` = it is none.
   */
  whyKeysIncomplete(): string | undefined;
  /** SHA-256, base64url: names the session of a token that has no session claim. */
  hash(text: string): string;
  readonly tokens: TokenVerifier;
  readonly store: SessionStore;
  readonly observer: CheckObserver;
  readonly clock: {
    /** Distances only. */
    monotonicMs(): number;
    /** For the times that tokens carry; decides nothing about sessions. */
    wallMs(): number;
  };
  /** Checks that may wait for the store or a key fetch at once. */
  readonly inFlightMax: number;
  /** The longest that one check may take, whatever the caller allows. */
  readonly decisionBudgetMs: number;
}
