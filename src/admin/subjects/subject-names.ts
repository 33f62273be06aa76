import { assertKeysComplete } from '../../authz/find-unknown.ts';
import type { SubjectKey, SubjectNames } from '../../session/subject-key.ts';
import type { AdminDependencies } from '../admin-dependencies.ts';
import type { CallNotes } from '../call-notes.ts';

/** Characters of a subject key in logs and answers. */
const TAG_CHARACTERS = 12;

/** Every key under which something about a subject may be stored, the one for writing first. */
export function keysOf(names: SubjectNames): readonly SubjectKey[] {
  return [names.key, ...names.olderKeys()];
}

/** The short form of a subject key. It says nothing about the subject, and is equal for equal ones. */
export function subjectTag(key: SubjectKey): string {
  return key.slice(0, TAG_CHARACTERS);
}

/** A subject that a call names, by every key that it has. */
export interface NamedSubject {
  /** At least one. */
  readonly keys: readonly SubjectKey[];
  readonly tag: string;
}

/**
 * The subject that a call names. Its sessions and its lock may be noted under each server key, so a
 * replica that may lack one knows only some of them: it says so instead of a part of the truth.
 * @throws {ServerKeysIncomplete}
 */
export function namedSubject(
  deps: Pick<AdminDependencies, 'subjectNamesOf' | 'whyKeysIncomplete'>,
  notes: CallNotes,
  subject: string,
): NamedSubject {
  const names = deps.subjectNamesOf(subject);
  const tag = subjectTag(names.key);
  notes.subject = tag;
  assertKeysComplete(deps);
  return { keys: keysOf(names), tag };
}
