import type { EndedBy } from './session-record.ts';
import type { SessionKey } from './session-key.ts';

/** What happened to a session, told exactly once, in the same atomic step that did it. */
export type SessionEvent = OpenedEvent | EndedEvent;

export interface OpenedEvent {
  readonly kind: 'opened';
  /** How it came to exist. */
  readonly by: 'first-use' | 'registered';
  /** When the store first knew it; the login may be older. */
  readonly atMs: number;
  readonly session: SessionKey;
  readonly source: string;
  /** The policy of the request that opened it. */
  readonly policy: string;
}

export interface EndedEvent {
  readonly kind: 'ended';
  readonly by: EndedBy;
  /** When it was over: for an expiry the instant at which the limit was reached, whoever noticed, and when. */
  readonly atMs: number;
  readonly session: SessionKey;
  readonly source: string;
  /** The policy whose limit ended it; `undefined` where no single one did (revocation, the sweeper). */
  readonly policy: string | undefined;
}
