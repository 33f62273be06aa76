import { SUBJECT_KEY_LENGTH } from '../session/subject-key.ts';
import type { SubjectKey, SubjectNames } from '../session/subject-key.ts';
import { KeyedHash } from './keyed-hash.ts';

/**
 * Creates the function that names subjects.
 *
 * A name is the start of HMAC-SHA-256(key, `curfew subject` + NUL + subject), with the text as
 * UTF-8. It is the name of no session, because no source has a blank in its name. Subjects are
 * compared as they are written: two spellings are two subjects.
 *
 * @param keys the server's secrets, the one for writing first; at least one
 */
export function createSubjectNames(keys: readonly Uint8Array[]): (subject: string) => SubjectNames {
  const [newest, ...older] = keys.map((key) => new KeyedHash(key));
  if (newest === undefined) throw new TypeError('subjects cannot be named without a server key');
  const nameUnder = (key: KeyedHash, subject: string): SubjectKey =>
    key.of(`curfew subject\0${subject}`).slice(0, SUBJECT_KEY_LENGTH) as SubjectKey;

  return (subject) => {
    // The text is left out of the error: it is the name of a person.
    if (!subject.isWellFormed()) throw new TypeError('a subject contains text that is not Unicode');
    return {
      key: nameUnder(newest, subject),
      olderKeys: () => older.map((each) => nameUnder(each, subject)),
    };
  };
}
