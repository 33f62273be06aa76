import type { SessionKey } from '../session/session-key.ts';

/** How many partitions there are: one for each first byte of a session key. */
export const PARTITION_COUNT = 256;

/** Where replicas say which key they write with. Of no partition. */
export const REPLICAS_KEY = 'curfew:1:replicas';

/**
 * How long it stays settled under which name a credential is opened: far longer than any check that looked for it before
 * may still take.
 */
export const CLAIM_KEPT_MS = 60_000;

/** The keys of everything that one session's scripts may change, all in one slot of a Redis Cluster. */
export interface PartitionKeys {
  /** Sorted set: when the sweeper looks at each session next. */
  readonly deadlines: string;
  /** Stream: sessions opened and ended. */
  readonly events: string;
  /** Hash: by which limits the entries of each source were scored. */
  readonly limits: string;
  /** The hash of one session, named by its key. */
  session(key: string): string;
  /** Hash: under which of its names the credential is opened that has this one. */
  claim(key: string): string;
}

// Spelled once: a check then costs no string building but its own key.
const PARTITIONS: readonly PartitionKeys[] = Array.from({ length: PARTITION_COUNT }, (_, index) => {
  // The braces are Redis Cluster's hash tag: only what is inside them chooses the slot.
  const prefix = `curfew:1:{${index.toString(16).padStart(2, '0')}}:`;
  return {
    deadlines: `${prefix}deadlines`,
    events: `${prefix}events`,
    limits: `${prefix}limits`,
    session: (key) => `${prefix}session:${key}`,
    claim: (key) => `${prefix}claim:${key}`,
  };
});

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Characters of a session key: 32 bytes as base64url. */
export const SESSION_KEY_LENGTH = 43;
const SESSION_KEY = /^[A-Za-z0-9_-]{43}$/;
// What each character stands for, by its code.
const SIX_BITS = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(0, BASE64URL.indexOf(String.fromCharCode(code))),
);

/** The keys of the partition with this number, from 0. */
export function partitionKeys(index: number): PartitionKeys {
  const keys = PARTITIONS[index];
  if (keys === undefined) throw new RangeError(`there is no partition ${index}`);
  return keys;
}

/** The partition of a session: the first byte of its key. */
export function partitionOf(key: SessionKey): PartitionKeys {
  return partitionKeys(partitionIndex(key));
}

/** Whether a text has the shape of a session key. */
export function isSessionKey(text: string): text is SessionKey {
  return SESSION_KEY.test(text);
}

/** The number of a session's partition. */
export function partitionIndex(key: SessionKey): number {
  // Never an outcome: an HMAC always has this shape, and a key that has not must not reach the store.
  if (!isSessionKey(key)) throw new TypeError('not a session key');
  const high = SIX_BITS[key.charCodeAt(0)] ?? 0;
  const low = SIX_BITS[key.charCodeAt(1)] ?? 0;
  return (high << 2) | (low >> 4);
}
