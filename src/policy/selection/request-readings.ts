import type { RequestFacts } from '../../terms/request-facts.ts';
import type { CompiledPolicies } from './compiled-policies.ts';
import type { CompiledMatcher } from './compile-matcher.ts';
import { matches, spells } from './compile-matcher.ts';
import { namedPolicy, POLICY_NAME_KEY } from './named-policy.ts';
import type { MatchInput, PathSpelling } from './fields/matcher-field.ts';
import type { HostReading } from './readings/read-host.ts';
import { hostReadings } from './readings/read-host.ts';
import { methodReadings } from './readings/method-readings.ts';
import type { SegmentTest } from './readings/path-ends.ts';
import { PATH_ENDS } from './readings/path-ends.ts';
import type { PathReading, PathReadings } from './readings/path-readings.ts';
import { decodeEscapes } from './readings/decode-escapes.ts';
import { withoutCase } from './readings/path-steps.ts';

/** One way in which a server reads a request. */
export interface RequestReading {
  readonly input: MatchInput;
  /** How the patterns are spelled that the path is compared with. */
  readonly spelling: PathSpelling;
  /** What was done to the request as it was sent, for explanations. */
  readonly how: readonly string[];
  /** Whether it has another path than the one that was sent. */
  readonly isOtherPath: boolean;
  /** Whether the proxy may have another route for this path than for the one that was sent. */
  readonly mayHaveOtherRoute: boolean;
}

/** What is known of a request before its path is varied. */
export interface ReadRequest {
  readonly facts: RequestFacts;
  readonly host: HostReading;
  readonly paths: PathReadings;
}

type Spelled = Omit<RequestReading, 'input'> & { readonly path: string };

/** More readings than this would delay other checks. Real requests have four to sixteen. */
const READINGS_MAX = 128;

/**
 * All readings of a request; the first is the request as it was sent. If there are too many, that is
 * the only one.
 */
export function requestReadings(
  compiled: CompiledPolicies,
  request: ReadRequest,
): { readonly readings: readonly RequestReading[]; readonly areTooMany: boolean } {
  const { facts, host, paths } = request;
  const sent = matchInput(facts, host.normalised, paths.asSent.path);
  const spelled = distinct(
    [paths.asSent, ...paths.others].flatMap((reading) => spellings(compiled, sent, reading)),
  );
  const hosts = compiled.usesHosts ? hostReadings(host, compiled.hostPorts) : [host.normalised];
  const methods = compiled.usesMethods ? methodReadings(facts) : [facts.method];
  const areTooMany = spelled.length * hosts.length * methods.length > READINGS_MAX;
  const [sentHosts, sentMethods, sentPaths] = areTooMany
    ? [hosts.slice(0, 1), methods.slice(0, 1), spelled.slice(0, 1)]
    : [hosts, methods, spelled];
  const readings = sentHosts.flatMap((read, h) =>
    sentMethods.flatMap((method, m) =>
      sentPaths.map(({ path, how, ...rest }) => ({
        ...rest,
        input: { ...sent, host: read, method, path },
        how: [
          ...(h > 0 ? [`for the host ${read}`] : []),
          ...(m > 0 ? [`as ${method}`] : []),
          ...how,
        ],
      })),
    ),
  );
  return { readings, areTooMany };
}

/** What matchers look at in a request. */
export function matchInput(facts: RequestFacts, host: string, path: string): MatchInput {
  const { path: target, method, headers, principal, context } = facts;
  return { host, path, target, method, headers, principal, context };
}

/** A reading itself, with other ends of its segments, and each of these without case. */
function spellings(
  compiled: CompiledPolicies,
  sent: MatchInput,
  reading: PathReading,
): readonly Spelled[] {
  const isSent = reading.path === sent.path && !reading.isDecoded;
  const itself: Spelled = {
    path: reading.path,
    spelling: reading.isDecoded ? 'decoded' : 'canonical',
    how: reading.how,
    isOtherPath: !isSent,
    mayHaveOtherRoute: !isSent && changesSegments(reading, sent.path),
  };
  if (compiled.paths === 'literal') return [itself];
  const isLiteral = literalSegments(compiled, itself.spelling, { ...sent, path: reading.path });
  const ends = PATH_ENDS.flatMap(({ name, readingsOf }) =>
    readingsOf(reading.path, isLiteral).map((path) => ({
      ...itself,
      path,
      how: [...itself.how, name],
      isOtherPath: true,
    })),
  );
  return [itself, ...ends].flatMap((each) => [each, ...withoutCases(compiled, sent, each)]);
}

function withoutCases(
  compiled: CompiledPolicies,
  sent: MatchInput,
  spelled: Spelled,
): readonly Spelled[] {
  const isDecoded = spelled.spelling === 'decoded';
  const folded = withoutCase(spelled.path);
  const other = { ...spelled, how: [...spelled.how, 'without case'], isOtherPath: true };
  const respelled = compiled.respellings(isDecoded ? 'decoded' : 'canonical', spelled.path, {
    ...sent,
    path: folded,
  });
  return [
    {
      ...other,
      path: isDecoded ? folded : spelled.path.toLowerCase(),
      spelling: isDecoded ? 'folded' : 'canonical-folded',
    },
    ...respelled.map((path) => ({ ...other, path })),
  ];
}

/** Whether a reading has other segments than the path as it was sent, apart from case and escapes. */
function changesSegments({ path, isDecoded }: PathReading, sent: string): boolean {
  const same = (segment: string): string =>
    withoutCase(isDecoded ? decodeEscapes(segment) : segment);
  const sentSegments = sent.split('/').map(same);
  const segments = path.split('/').map(withoutCase);
  return segments.join('\u0000') !== sentSegments.join('\u0000');
}

/**
 * Which segments the pattern spells that selects the policy, or a passive rule of that policy. It is
 * looked for only if a segment has another reading.
 */
function literalSegments(
  compiled: CompiledPolicies,
  spelling: PathSpelling,
  input: MatchInput,
): SegmentTest {
  let matching: readonly CompiledMatcher[] | undefined;
  return (index) => {
    matching ??= matchersOf(compiled, spelling, input);
    return matching.some((matcher) => spells(matcher, index));
  };
}

function matchersOf(
  compiled: CompiledPolicies,
  spelling: PathSpelling,
  input: MatchInput,
): readonly CompiledMatcher[] {
  const isNamed = input.context.has(POLICY_NAME_KEY);
  const policy = isNamed ? namedPolicy(compiled, input) : compiled.first(spelling, input);
  if (policy === undefined) return [];
  const { match, passive } = policy.spelled[spelling];
  return [...match, ...passive].filter((matcher) => matches(matcher, input));
}

function distinct(readings: readonly Spelled[]): readonly Spelled[] {
  const seen = new Map<string, Spelled>();
  for (const reading of readings) {
    const key = `${reading.spelling} ${reading.path}`;
    if (!seen.has(key)) seen.set(key, reading);
  }
  return [...seen.values()];
}
