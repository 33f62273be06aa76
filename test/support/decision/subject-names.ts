import { createSubjectNames } from '../../../src/keys/subject-names.ts';
import type { SubjectNames } from '../../../src/session/subject-key.ts';

const KEYS = ['newest server key', 'older server key'].map((text) => Buffer.from(text));

/** Names of subjects under a server key and the one before it. */
export const subjectNamesOf: (subject: string) => SubjectNames = createSubjectNames(KEYS);
