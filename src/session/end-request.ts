import type { SessionKey } from './session-key.ts';
import type { EndedBy, RequestedEnd } from './session-record.ts';
import type { CallingCheck } from './calling-check.ts';
import type { SubjectKey } from './subject-key.ts';

/** A request to end one session. */
export interface EndRequest extends CallingCheck {
  readonly key: SessionKey;
  /**
   * How long a tombstone matters, and the source of a credential that was not seen yet; a session
   * knows its own.
   */
  readonly source: { readonly source: string | undefined; readonly retentionMs: number };
  /** Stored as `revoked` until all replicas can read the exact word. */
  readonly by: RequestedEnd;
  /**
   * What to do about a credential that was not seen yet. `leave` (default): nothing. `tombstone`:
   * leave a tombstone, so that it never opens a session.
   */
  readonly unknown?: 'leave' | 'tombstone' | undefined;
  /**
   * Only a session of this subject, or without one, is ended; another one counts as unknown, and
   * nothing is written. A tombstone for an unknown credential notes the subject.
   */
  readonly subject?: SubjectKey | undefined;
  /** The policy of the request that ends it, for the event; `undefined`: no request of its user. */
  readonly policy?: string | undefined;
  /**
   * When it ended, to write again an end that the store may have lost; `undefined` = now. An instant
   * in the future counts as now.
   */
  readonly endedAtMs?: number | undefined;
}

/**
 * What came of ending a session. `ended`: this call wrote the tombstone. `already`: an earlier one
 * did, and this call wrote the same values again. `unknown`: there is no session to end, and nothing
 * was written.
 */
export type EndOutcome =
  | {
      readonly kind: 'ended';
      readonly endedAtMs: number;
      /** `undefined` if the credential was not seen before. */
      readonly startedAtMs: number | undefined;
      readonly source: string | undefined;
      readonly subject: SubjectKey | undefined;
      /** The tombstone is of a credential that was not seen before. */
      readonly wasUnknown: boolean;
    }
  | { readonly kind: 'already'; readonly by: EndedBy; readonly endedAtMs: number }
  | { readonly kind: 'unknown' };
