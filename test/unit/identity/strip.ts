import type { HeaderChanges } from '../../../src/identity/strip-credentials.ts';
import { stripCredentials } from '../../../src/identity/strip-credentials.ts';
import type { KeptCredentials } from '../../../src/identity/unwanted-cookies.ts';
import type { RequestFacts } from '../../../src/terms/request-facts.ts';
import type { Source } from '../../../src/terms/source.ts';

/** The changes that remove these credentials. It throws where they cannot be removed. */
export function strip(
  sources: readonly Source[],
  facts: RequestFacts,
  kept?: KeptCredentials,
): HeaderChanges {
  const stripping = stripCredentials(sources, facts, kept);
  if (stripping.kind === 'stripped') return stripping.changes;
  throw new Error(`a credential of ${stripping.source.name} cannot be removed`);
}

/** The request as the application gets it. */
export function stripped(
  sources: readonly Source[],
  facts: RequestFacts,
  kept?: KeptCredentials,
): RequestFacts {
  const { set, remove } = strip(sources, facts, kept);
  const gone = new Set([...remove, ...set.map(([name]) => name)]);
  const stays = facts.headers.filter(({ name }) => !gone.has(name));
  return { ...facts, headers: [...stays, ...set.map(([name, value]) => ({ name, value }))] };
}
