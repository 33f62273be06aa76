import { assertKeysComplete } from '../../authz/find-unknown.ts';
import type { DescribedSession, SessionDirectory } from '../../session/session-directory.ts';
import type { SessionKey, SessionNames, SessionTag } from '../../session/session-key.ts';
import { AdminProblem } from '../wire/problem.ts';

/** A session that is there, with the key under which it is stored. */
export interface FoundSession extends DescribedSession {
  readonly key: SessionKey;
}

export interface FindDependencies {
  readonly directory: Pick<SessionDirectory, 'describe' | 'keysWithTag'>;
  whyKeysIncomplete(): string | undefined;
}

/** Base64url of 32 bytes: of the last character only 4 bits are used. */
const HANDLE = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
const TAG = /^[A-Za-z0-9_-]{12}$/;

/**
 * Finds a session by its handle or its tag.
 * @throws {AdminProblem} if the text is neither, or names no session, or is the tag of several
 */
export async function findByHandle(deps: FindDependencies, text: string): Promise<FoundSession> {
  const key = HANDLE.test(text) ? (text as SessionKey) : await keyWithTag(deps, text);
  const found = await deps.directory.describe(key);
  if (found !== undefined) return { key, ...found };
  throw new AdminProblem('unknown_session', 'no session has this handle');
}

async function keyWithTag({ directory }: FindDependencies, text: string): Promise<SessionKey> {
  if (!TAG.test(text)) {
    throw new AdminProblem(
      'not_a_handle',
      'a handle has 43 characters, a tag 12, of A-Z, a-z, 0-9, - and _; to look up a credential, ' +
        'send it in the body of POST /v1/sessions/find',
    );
  }
  const keys = await directory.keysWithTag(text as SessionTag, 2);
  const [key, other] = keys;
  if (key === undefined) throw new AdminProblem('unknown_session', 'no session has this tag');
  if (other === undefined) return key;
  throw new AdminProblem('ambiguous_tag', 'use the whole handle of one of them', {
    sessions: keys,
  });
}

/**
 * Finds the session of a credential under all its names. `undefined`: there is none.
 * @throws {ServerKeysIncomplete} when it may be known under a key that this replica lacks
 */
export async function findByNames(
  { directory, whyKeysIncomplete }: FindDependencies,
  names: SessionNames,
): Promise<FoundSession | undefined> {
  for (const key of [names.key, ...names.olderKeys()]) {
    // oxlint-disable-next-line no-await-in-loop -- the key that is written with usually knows it
    const found = await directory.describe(key);
    if (found !== undefined) return { key, ...found };
  }
  assertKeysComplete({ whyKeysIncomplete });
  return undefined;
}
