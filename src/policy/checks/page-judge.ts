import type { RequestFacts } from '../../terms/request-facts.ts';
import type { EffectivePolicy } from '../../terms/effective-policy.ts';
import { compilePolicies } from '../build/build-policy.ts';
import { buildSources } from '../build/build-source.ts';
import type { DraftFile } from '../file/check-schema.ts';
import type { MatcherEntry, PolicyEntry } from '../file/policy-file.ts';
import { headerEntries } from '../selection/fields/header.ts';
import { hostMatches } from '../selection/fields/host.ts';
import { readHost } from '../selection/readings/read-host.ts';
import { selectPolicy } from '../selection/select-policy.ts';

/** Finds the policy of a page, for checks that need to know. */
export interface PageJudge {
  /** The policy of a browser's request for a page, and the names of those that apply. */
  page(url: URL): JudgedPage | undefined;
  /** The same for a request that fits a matcher, of which a star in the path is any one segment. */
  matched(matcher: MatcherEntry): JudgedPage | undefined;
  /** Whether the file names a host, as one that it protects. */
  namesHost(host: string): boolean;
}

export interface JudgedPage {
  readonly session: EffectivePolicy['session'];
  readonly sources: ReadonlySet<string>;
  /** In quotes, in file order. */
  readonly names: string;
  /** The place in the file of the first of them. */
  readonly place: number;
  /** Whether several policies apply together, because servers may read the path differently. */
  readonly isDoubtful: boolean;
}

/** `undefined` if a policy cannot be read: the selection would differ from that of the whole file. */
export function judgeOf({ sources, policies, settings }: DraftFile): PageJudge | undefined {
  const entries = policies.filter((entry) => entry !== undefined);
  const isComplete = entries.length === policies.length && entries.at(-1)?.match === undefined;
  if (!isComplete || entries.length === 0) return undefined;
  const known = buildSources(sources.filter((entry) => entry !== undefined));
  const compiled = compilePolicies(entries, known, settings);
  const judged = (facts: RequestFacts): JudgedPage | undefined => {
    const { selection, applied } = selectPolicy(compiled, facts);
    if (!('policy' in selection)) return undefined;
    const names = applied.map(({ policy }) => `"${policy.name}"`).join(', ');
    const { session, sources: admitted } = selection.policy;
    const place = compiled.policies.findIndex((one) => applied.includes(one));
    const { isDoubtful } = selection;
    return { session, sources: admitted, names, place, isDoubtful };
  };
  return {
    page: (url) => judged(pageRequest(url)),
    matched: (matcher) => judged(matchingRequest(matcher)),
    namesHost: (host) => entries.some((entry) => namesHost(entry, host)),
  };
}

function namesHost({ match, return_hosts }: PolicyEntry, host: string): boolean {
  const patterns = (match ?? []).flatMap((matcher) =>
    matcher.host === undefined ? [] : [matcher.host],
  );
  return (
    patterns.some((pattern) => hostMatches(readHost(pattern).normalised, host)) ||
    (return_hosts ?? []).some((name) => readHost(name).normalised === host)
  );
}

/** The request of a browser for a page. */
function pageRequest({ protocol, host, pathname, search }: URL): RequestFacts {
  return { ...requestFor(host, `${pathname}${search}`), scheme: protocol.slice(0, -1) };
}

/** A request that a matcher matches. */
function matchingRequest(matcher: MatcherEntry): RequestFacts {
  const { path = '/', host = 'host.invalid', methods: [method] = [], header } = matcher;
  const sample = path.replace(/\/\*\*$/, '').replaceAll('*', 'x');
  return {
    ...requestFor(host.replace(/^\*/, 'host'), sample === '' ? '/' : sample),
    method: method ?? 'POST',
    headers: headerEntries(header).map(({ name, value }) => ({
      name: name.toLowerCase(),
      value: value ?? 'x',
    })),
    principal: matcher.principal ?? '',
    context: new Map(Object.entries(matcher.context ?? {})),
  };
}

/** A GET without a session, past a proxy that ignores ports. */
function requestFor(host: string, path: string): RequestFacts {
  return {
    method: 'GET',
    scheme: 'https',
    host: readHost(host).normalised,
    path,
    headers: [],
    linesJoined: false,
    principal: '',
    context: new Map(),
    jwtMetadata: undefined,
    callBudgetMs: undefined,
  };
}
