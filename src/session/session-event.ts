import type { EndedBy } from './session-record.ts';
import type { SessionKey } from './session-key.ts';
import type { SubjectKey } from './subject-key.ts';

/** What happened to a session. Reported exactly once, in the atomic step that did it. */
export type SessionEvent = OpenedEvent | EndedEvent;

export interface OpenedEvent {
  readonly kind: 'opened';
  /** How the session came to exist. */
  readonly by: 'first-use' | 'registered';
  /** When the store created it; the login may be older. */
  readonly atMs: number;
  readonly session: SessionKey;
  readonly source: string;
  /** The policy of the request that opened it. */
  readonly policy: string;
  readonly subject?: SubjectKey | undefined;
}

export interface EndedEvent {
  readonly kind: 'ended';
  readonly by: EndedBy;
  /** When it ended. For an expiry, when the limit was reached, not when it was noticed. */
  readonly atMs: number;
  readonly session: SessionKey;
  readonly source: string;
  /**
   * The policy whose limit ended it; if the sweeper did, the one whose limit was reached last; if a
   * request that asks for the end did, its policy. `undefined` after another end on request.
   */
  readonly policy: string | undefined;
  readonly subject?: SubjectKey | undefined;
}
