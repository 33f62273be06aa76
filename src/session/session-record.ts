/** Why a session is over for ever. `revoked` is an act; the other two are expiry, which nobody does. */
export type EndedBy = 'idle' | 'absolute' | 'revoked';

/** A session that nobody has ended yet. All instants are milliseconds of the store's clock. */
export interface LiveRecord {
  readonly kind: 'live';
  readonly source: string;
  /** The login, or the first sight of the credential. Never moves. */
  readonly startedAtMs: number;
  readonly lastActivityAtMs: number;
  /** The longest pause between two counted activities; 0 while there was only one. Never shrinks. */
  readonly longestGapMs: number;
}

/** What an ended session leaves, so that nothing revives it. */
export interface Tombstone {
  readonly kind: 'tombstone';
  readonly source: string;
  readonly endedAtMs: number;
  readonly endedBy: EndedBy;
}

export type SessionRecord = LiveRecord | Tombstone;
