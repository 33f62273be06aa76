import { sixBitsAt } from '../../../session/base64url.ts';
import type { SubjectEntry } from '../../../session/session-directory.ts';
import type { SessionKey } from '../../../session/session-key.ts';
import type { SubjectKey } from '../../../session/subject-key.ts';
import { unreadableReply } from '../store-fault.ts';
import { isSessionKey, partitionOfSubject } from '../store-keys.ts';

// How entries of the index are spelled; `marks.lua` says the rest. The partition and the name of the
// index have the first characters of the subject key. With them a member names 104 bits of it.

const EPOCH_MS = 1_700_000_000_000;
const ENTERED_MAX = 2 ** 40;
const SUBJECT_FROM = 2;
const SUBJECT_CHARACTERS = 16;
const INDEX_PLACE = 2;

/** The index of a subject. */
export function indexOf(subject: SubjectKey): string {
  return partitionOfSubject(subject).index(subject.charAt(INDEX_PLACE));
}

/** The member of a session in the index of its subject. */
export function memberOf(subject: SubjectKey, session: SessionKey): string {
  if (!isSessionKey(session)) throw new TypeError('not a session key');
  return subjectPart(subject) + session;
}

/** The first bits of the scores of a subject, as a number. */
export function prefixOf(subject: SubjectKey): number {
  return (sixBitsAt(subject, INDEX_PLACE + 1) << 6) | sixBitsAt(subject, INDEX_PLACE + 2);
}

/** The score of an entry of this subject. */
export function scoreOf(subject: SubjectKey, enteredAtMs: number): string {
  const sinceMs = Math.min(Math.max(enteredAtMs - EPOCH_MS, 0), ENTERED_MAX - 1);
  return String(prefixOf(subject) * ENTERED_MAX + sinceMs);
}

/** Whether an entry is of this subject. Others may have scores nearby. */
export function isOf(subject: SubjectKey, member: string): boolean {
  return member.startsWith(subjectPart(subject));
}

/** @throws {StoreUnavailable} for a member that Curfew did not write */
export function entryOf(member: string, score: string): SubjectEntry {
  const key = member.slice(SUBJECT_CHARACTERS);
  const enteredAtMs = (Number(score) % ENTERED_MAX) + EPOCH_MS;
  if (!isSessionKey(key) || !Number.isSafeInteger(enteredAtMs)) throw unreadableReply();
  return { key, enteredAtMs };
}

function subjectPart(subject: SubjectKey): string {
  return subject.slice(SUBJECT_FROM, SUBJECT_FROM + SUBJECT_CHARACTERS);
}
