import { StoreUnavailable } from '../session/session-store.ts';

/**
 * The store answered with an error. `word` is Redis's own name for it, such as OOM, or our scripts' MALFORMED.
 * Nothing else of the answer is kept: its text may name keys, and the client's errors carry the call's arguments.
 */
export class StoreRefusal extends StoreUnavailable {
  readonly word: string;
  constructor(word: string) {
    const hint = HINTS[word];
    super('refused', `the store refused: ${word}${hint === undefined ? '' : ` (${hint})`}`);
    this.word = word;
  }
}

const HINTS: Readonly<Record<string, string>> = {
  BUSY: 'another script blocks it',
  CROSSSLOT: 'a Redis Cluster needs redis+cluster://',
  LOADING: 'it is still reading its data',
  MALFORMED: 'a record is not one that Curfew writes',
  MASTERDOWN: 'a replica that has lost its primary',
  MISCONF: 'it cannot save to disk',
  MOVED: 'a Redis Cluster needs redis+cluster://',
  NOAUTH: 'it wants a password',
  NOPERM: 'the ACL user lacks a permission',
  NOREPLICAS: 'too few replicas are connected',
  OOM: 'its memory is full',
  READONLY: 'a replica, not a primary',
  WRONGPASS: 'user or password are wrong',
  WRONGTYPE: 'a key holds something that Curfew does not write there',
};

/** The connection went before the reply came. The call may have reached the store or not. */
export function lostConnection(): StoreUnavailable {
  return new StoreUnavailable('down', 'the connection to the store was lost');
}

/** The reply belongs to the call, and says nothing that the store says. */
export function unreadableReply(): StoreUnavailable {
  return new StoreUnavailable('refused', 'the store gave an unreadable reply');
}

/** A reply came that belongs to another call. */
export function foreignReply(): StoreUnavailable {
  return new StoreUnavailable('refused', 'the store gave the reply of another call');
}

/** So many replies are owed already that a further one would be of no use. */
export function owesTooMuch(): StoreUnavailable {
  return new StoreUnavailable('late', 'the store owes too many replies');
}

/** Whoever refuses in this word is not, or not yet, the primary that we want: another connection may find it. */
export function isOfNoPrimary(word: string): boolean {
  return ['READONLY', 'MASTERDOWN', 'LOADING', 'NOAUTH'].includes(word);
}

/** One key holds what nobody of us wrote there: a fault of that key, not of the store. */
export function isPoisonedKey(fault: unknown): boolean {
  return (
    fault instanceof StoreRefusal && (fault.word === 'WRONGTYPE' || fault.word === 'MALFORMED')
  );
}

/** No reply came while anybody could use it. */
export function lateReply(): StoreUnavailable {
  return new StoreUnavailable('late', 'the store did not answer in time');
}

/** What kept us from being connected, in a word that carries no address, key or password. */
export function connectionFault(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'ReplyError') {
    return new StoreRefusal(/^-?([A-Z]+)\b/.exec(error.message)?.[1] ?? 'ERR').message;
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code !== undefined) return code;
  return error.message === 'Command timed out' ? 'no answer to the handshake' : 'connection lost';
}
