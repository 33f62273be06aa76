import { stripCredentials } from '../identity/strip-credentials.ts';
import type { KeptCredentials } from '../identity/unwanted-cookies.ts';
import type { EffectivePolicy } from '../terms/effective-policy.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import type { Source } from '../terms/source.ts';
import type { JudgedRequest } from '../verdict/judged-request.ts';

/**
 * What becomes of the credentials that were found on the request: all stay, all are removed, or
 * these values of one cookie are removed.
 */
export type CredentialsFate = 'kept' | 'removed' | ReadonlySet<string>;

/** What decides which credentials an allow removes from the request. */
export interface UnjudgedRequest {
  readonly policy: Pick<EffectivePolicy, 'session' | 'mode' | 'leave'>;
  readonly facts: RequestFacts;
  /** Every source of the file. */
  readonly sources: readonly Source[];
  /** Those that the policy does not admit. */
  readonly otherSources: readonly Source[];
  /** The source whose credential was judged, if there was one. */
  readonly source: Source | undefined;
  readonly credentials: CredentialsFate;
}

type Changes = JudgedRequest['strip'];

export const NOTHING_TO_STRIP: Changes = { set: [], remove: [] };

/**
 * The changes that remove credentials which the application must not see: those of sources that the
 * policy neither admits nor leaves, and those that name no session of this request. Observing
 * changes nothing for the application, so it removes nothing.
 * @returns `in_target` if one of them is in the path or the query, where it cannot be removed
 */
export function stripUnjudged(request: UnjudgedRequest): Changes | 'in_target' {
  const { policy, facts, sources, otherSources, credentials } = request;
  if (policy.session === 'off' || policy.mode === 'observe') return NOTHING_TO_STRIP;
  const unjudged = credentials === 'removed' ? sources : otherSources;
  if (unjudged.length === 0 && typeof credentials === 'string') return NOTHING_TO_STRIP;
  const stripping = stripCredentials(unjudged, facts, keptOf(request));
  switch (stripping.kind) {
    case 'stripped':
      return stripping.changes;
    case 'in_target':
      return stripping.kind;
    default:
      return stripping satisfies never;
  }
}

function keptOf({ policy, sources, source, credentials }: UnjudgedRequest): KeptCredentials {
  const left = policy.leave.size === 0 ? [] : sources.filter(({ name }) => policy.leave.has(name));
  if (source === undefined || credentials === 'removed') return { sources: left };
  const kept = [source, ...left];
  return credentials === 'kept'
    ? { sources: kept }
    : { sources: kept, except: { source, credentials } };
}
