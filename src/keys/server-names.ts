import type { SessionNames } from '../session/session-key.ts';
import type { SubjectNames } from '../session/subject-key.ts';
import { createSessionNames } from './session-names.ts';
import { createSignatures } from './signatures.ts';
import type { Signatures } from './signatures.ts';
import { createSubjectNames } from './subject-names.ts';

/** What one set of server keys names and signs. */
export interface ServerNames {
  session(source: string, credential: string): SessionNames;
  subject(name: string): SubjectNames;
  /** For texts that are few: the keys for them are made each time. */
  signatures(purpose: string): Signatures;
}

/** @param keys the server's secrets, the one for writing first; at least one */
export function createServerNames(keys: readonly Uint8Array[]): ServerNames {
  return {
    session: createSessionNames(keys),
    subject: createSubjectNames(keys),
    signatures: (purpose) => createSignatures(keys, purpose),
  };
}
