import { BASE64URL, firstByteOf } from '../../session/base64url.ts';
import type { SessionKey, SessionTag } from '../../session/session-key.ts';
import type { SubjectKey } from '../../session/subject-key.ts';

/** The number of partitions: one for each first byte of a session key. */
export const PARTITION_COUNT = 256;

/** Where replicas announce their server keys. It belongs to no partition. */
export const REPLICAS_KEY = 'curfew:1:replicas';

/**
 * The keys that the scripts of one session may change. All are in the same slot of a Redis Cluster.
 */
export interface PartitionKeys {
  /** Sorted set: when the sweeper examines each session next. */
  readonly deadlines: string;
  /** Stream: events of sessions that were opened or ended. */
  readonly events: string;
  /** Hash: the limits by which the deadlines of each source were scored. */
  readonly limits: string;
  /** Hash: how many sessions of each source are live. */
  readonly active: string;
  /** Hash: shows that the partition still has the data of this installation. */
  readonly installation: string;
  /** Hash: the record or tombstone of one session. */
  session(key: string): string;
  /** Hash: the name under which the credential with this name is opened. */
  claim(key: string): string;
  /** Sorted set: ends of subjects that are not finished. */
  readonly pending: string;
  /** Belongs to Curfew, and nothing ever writes it: commands are tried on it. */
  readonly permissions: string;
  /** Sharded channel: the names of sessions and subjects that are being ended. */
  readonly ends: string;
  /** Hash: what is kept of a subject besides the index of its sessions. */
  marks(subject: string): string;
  /** Sorted set: the sessions of many subjects, by a character of {@link INDEX_CHARACTERS}. */
  index(character: string): string;
}

// Spelled in advance, so that a check only has to add its own key.
const PARTITIONS: readonly PartitionKeys[] = Array.from({ length: PARTITION_COUNT }, (_, index) => {
  // The braces are a hash tag: only the text inside them determines the slot of a Redis Cluster.
  const prefix = `curfew:1:{${index.toString(16).padStart(2, '0')}}:`;
  return {
    deadlines: `${prefix}deadlines`,
    events: `${prefix}events`,
    limits: `${prefix}limits`,
    active: `${prefix}active`,
    installation: `${prefix}installation`,
    session: (key) => `${prefix}session:${key}`,
    claim: (key) => `${prefix}claim:${key}`,
    pending: `${prefix}pending`,
    ends: `${prefix}ends`,
    permissions: `${prefix}permissions`,
    marks: (subject) => `${prefix}marks:${subject}`,
    index: (character) => `${prefix}index:${character}`,
  };
});

/** Each index of a partition is named by one of these: the third character of its subjects. */
export const INDEX_CHARACTERS: string = BASE64URL;
/** Characters of a session key: 32 bytes as base64url. */
export const SESSION_KEY_LENGTH = 43;
const SESSION_KEY = /^[A-Za-z0-9_-]{43}$/;
const SUBJECT_KEY = /^[A-Za-z0-9_-]{22}$/;
const TAG = /^[A-Za-z0-9_-]{12}$/;

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

/** The partition of a subject: the first byte of its key. */
export function partitionOfSubject(subject: SubjectKey): PartitionKeys {
  if (!isSubjectKey(subject)) throw new TypeError('not a subject key');
  return partitionKeys(firstByteOf(subject));
}

/** The partition of the sessions with this tag: its first byte. */
export function partitionOfTag(tag: SessionTag): PartitionKeys {
  if (!TAG.test(tag)) throw new TypeError('not a session tag');
  return partitionKeys(firstByteOf(tag));
}

/** Whether a text has the form of a subject key. */
export function isSubjectKey(text: string): text is SubjectKey {
  return SUBJECT_KEY.test(text);
}

/** Whether a text has the form of a session key. */
export function isSessionKey(text: string): text is SessionKey {
  return SESSION_KEY.test(text);
}

/**
 * Where in a Redis Cluster a key is: each partition is a place, by its number, and so is
 * {@link REPLICAS_KEY}, as the last one.
 */
export const PLACE_COUNT: number = PARTITION_COUNT + 1;
/** A key of a partition begins with `curfew:1:{`, two hex digits and `}`. */
const TAG_FROM = 'curfew:1:{'.length;

/** The place of a key of ours. */
export function placeOfKey(key: string): number {
  if (key === REPLICAS_KEY) return PARTITION_COUNT;
  const place = Number.parseInt(key.slice(TAG_FROM, TAG_FROM + 2), 16);
  if (!isOurKey(key) || !(place < PARTITION_COUNT)) throw new TypeError('not a key of Curfew');
  return place;
}

/** Whether a word of a command is a key of ours. */
export function isOurKey(word: string): boolean {
  return word.startsWith('curfew:1:');
}

/** The place of a session. Of a name that is not a session key, any. */
export function placeOfSession(key: SessionKey): number {
  return firstByteOf(key);
}

/** The place of a subject. Of a name that is not a subject key, any. */
export function placeOfSubject(subject: SubjectKey): number {
  return firstByteOf(subject);
}

/** The number of a session's partition. */
export function partitionIndex(key: SessionKey): number {
  assertSessionKey(key);
  return firstByteOf(key);
}

/**
 * A bug and not an outcome: an HMAC always has this form, and no other key may reach the store.
 * @throws {TypeError}
 */
export function assertSessionKey(key: SessionKey): void {
  if (!isSessionKey(key)) throw new TypeError('not a session key');
}
