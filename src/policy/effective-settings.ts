import { bytesOf, type CookiePlace, type JwtPlace } from '../terms/credential-place.ts';
import { formatDuration } from '../terms/duration.ts';
import type { EffectivePolicy } from '../terms/effective-policy.ts';
import type { Source } from '../terms/source.ts';
import { whereOf } from '../terms/source-kind.ts';
import { readsSessions } from './build/build-policy.ts';
import type { PassiveEntry, PolicyEntry } from './file/policy-file.ts';
import type { LoadedPolicies } from './loaded-policies.ts';
import { headerEntries } from './selection/fields/header.ts';
import { comparablePath } from './selection/fields/path.ts';
import { readHost } from './selection/readings/read-host.ts';

/** Settings by name, as a file would write them, with the defaults filled in. */
export type SettingTexts = ReadonlyMap<string, string>;

/** What holds in the end, whatever the file leaves to defaults. */
export interface EffectiveSettings {
  readonly file: SettingTexts;
  /** By name, in the order of the file. */
  readonly sources: ReadonlyMap<string, SettingTexts>;
  readonly policies: ReadonlyMap<string, SettingTexts>;
}

/** All settings of a file that decide anything. */
export function effectiveSettings(loaded: LoadedPolicies): EffectiveSettings {
  const { file, sources, policies, settings, compiled } = loaded;
  const entries = new Map(file.policies.map((entry) => [entry.name, entry]));
  return {
    file: new Map([
      ['ambiguous_paths', compiled.paths],
      ['host_ports', compiled.hostPorts],
      ['openings', `${settings.openingsPerSecond} a second, ${settings.openingsBurst} at once`],
      ['stream_cut_header', settings.streamCutHeader],
      ['realm', settings.realm],
      ['subject_names', settings.subjectNames],
      ['on_store_loss', settings.onStoreLoss],
    ]),
    sources: new Map(sources.map((source) => [source.name, sourceSettings(source, loaded)])),
    policies: new Map(
      policies.map((policy) => [
        policy.name,
        policySettings(policy, entries.get(policy.name), compiled.paths),
      ]),
    ),
  };
}

function policySettings(
  policy: EffectivePolicy,
  entry: PolicyEntry | undefined,
  paths: 'strictest' | 'literal',
): SettingTexts {
  const matchers = (list: readonly PassiveEntry[] = []): string =>
    JSON.stringify(list.map((matcher) => comparableMatcher(matcher, paths)));
  const settings = new Map([
    ['match', entry?.match === undefined ? 'the rest' : matchers(entry.match)],
    ['by_name', String(entry?.by_name ?? false)],
    // As the file says it, which has no `session` then.
    ['session', policy.session === 'ends' ? 'none' : policy.session],
    ['ends_session', String(policy.session === 'ends')],
  ]);
  if (policy.session === 'off') return settings;
  settings.set('mode', policy.mode);
  settings.set('sources', listed(policy.sources));
  settings.set('leave', listed(policy.leave));
  if (policy.session === 'ends') settings.set('cors_origins', listed(policy.corsOrigins));
  if (!readsSessions(policy.session)) return settings;
  settings.set('idle', durationText(policy.idleTimeoutMs));
  settings.set('absolute', durationText(policy.absoluteTimeoutMs));
  for (const [source, word] of policy.onExpiry) settings.set(`on_expiry for "${source}"`, word);
  settings.set('passive', matchers(entry?.passive));
  settings.set('streams', policy.streams);
  settings.set('max_staleness', formatDuration(policy.maxStalenessMs));
  settings.set(
    'stream_max',
    policy.streamMaxMs === undefined ? 'default' : durationText(policy.streamMaxMs),
  );
  settings.set('stream_cut', policy.streamCut ? 'on' : 'off');
  settings.set('login_url', policy.loginUrl ?? 'none');
  settings.set('return_hosts', listed(policy.returnHosts));
  settings.set('cors_origins', listed(policy.corsOrigins));
  settings.set('expose_lifetime', String(policy.exposeLifetime));
  return settings;
}

/** Spellings that are compared alike are equal. */
function comparableMatcher(matcher: PassiveEntry, paths: 'strictest' | 'literal'): PassiveEntry {
  const { path, host, methods, header } = matcher;
  return {
    ...matcher,
    ...(path !== undefined && {
      path: comparablePath(path, paths === 'literal' ? 'literal' : 'canonical'),
    }),
    ...(host !== undefined && { host: readHost(host).normalised }),
    ...(methods !== undefined && { methods: methods.toSorted() }),
    ...(header !== undefined && {
      header: headerEntries(header).map((one) => ({ ...one, name: one.name.toLowerCase() })),
    }),
  };
}

function sourceSettings(source: Source, { sourceRules }: LoadedPolicies): SettingTexts {
  const { place, opening, format, take } = source;
  const rule = sourceRules.get(source.name);
  const bytes = bytesOf(place);
  return new Map([
    ['place', whereOf(place)],
    ...(bytes.kind === 'cookie' ? cookieSettings(bytes) : []),
    ...(place.kind === 'jwt' ? tokenSettings(place) : []),
    ['opening', opening],
    ['credential_lifetime', durationText(rule?.retentionMs)],
    ['touch_interval', durationText(rule?.touchIntervalMs)],
    ['format', format],
    ['take', take === undefined ? 'all' : JSON.stringify(take)],
    ['subject.header', source.subjectHeader ?? 'none'],
  ]);
}

function cookieSettings(cookie: CookiePlace): readonly (readonly [string, string])[] {
  return [
    ['cookie.path', cookie.path],
    ['cookie.domain', cookie.domain ?? 'none'],
    ['cookie.same_site', cookie.sameSite],
    ['cookie.partitioned', String(cookie.partitioned)],
    ['case', cookie.nameCase],
    ['pieces', cookie.pieces],
    ['clear_with', listed(cookie.clearWith)],
    ['path_parameter', cookie.pathParameter ?? 'none'],
  ];
}

function tokenSettings(place: JwtPlace): readonly (readonly [string, string])[] {
  const { issuer, audiences, verifiedBy, session, perLogin, subjectClaim, leewayMs } = place;
  const verifier: readonly (readonly [string, string])[] =
    verifiedBy.kind === 'envoy'
      ? [
          ['jwt.metadata_key', verifiedBy.metadataKey],
          ['jwt.forwarded_headers', listed(verifiedBy.forwardedHeaders)],
        ]
      : [
          [
            'jwt.keys',
            verifiedBy.keys.kind === 'file' ? verifiedBy.keys.path : verifiedBy.keys.uri,
          ],
          ['jwt.algorithms', listed(verifiedBy.algorithms)],
        ];
  return [
    ['jwt.issuer', issuer],
    ['jwt.audience', audiences.length === 0 ? 'any' : listed(audiences)],
    ...verifier,
    ['jwt.session', session.kind === 'claim' ? `claim ${session.claim}` : session.kind],
    ['jwt.per_login', String(perLogin)],
    ['jwt.subject_claim', subjectClaim ?? 'none'],
    ['jwt.leeway', durationText(leewayMs)],
  ];
}

function durationText(durationMs: number | undefined): string {
  return durationMs === undefined ? 'off' : formatDuration(durationMs);
}

/** In one order, because their order decides nothing. */
function listed(names: Iterable<string>): string {
  return [...names].toSorted().join(', ') || 'none';
}
