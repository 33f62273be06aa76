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

/** What our callers may see of whatever the Redis client throws. A {@link StoreUnavailable} stays as it is. */
export function storeFault(error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  if (name === 'ReplyError') return new StoreRefusal(/^-?([A-Z]+)\b/.exec(message)?.[1] ?? 'ERR');
  if (message === 'Command timed out') return lateReply();
  return new StoreUnavailable('down', 'the connection to the store was lost');
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
  if (error.name === 'ReplyError') return storeFault(error).message;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code !== undefined) return code;
  return error.message === 'Command timed out' ? 'no answer to the handshake' : 'connection lost';
}
