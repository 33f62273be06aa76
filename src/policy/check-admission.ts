import type { EffectivePolicy } from '../session/effective-policy.ts';
import type { Source } from '../session/source.ts';
import { effectivePolicy } from './build-policy.ts';
import { buildSource } from './build-source.ts';
import type { DraftFile } from './check-schema.ts';
import { formatDuration, parseDuration } from './duration.ts';
import type { SourceEntry } from './policy-file.ts';
import type { Report } from './problem.ts';
import { admitting } from './source-rules.ts';

/** Sources and the policies that admit them fit together. */
export function checkAdmission(draft: DraftFile, report: Report, warn: Report): void {
  const entries = draft.sources.filter((entry) => entry !== undefined);
  const names = entries.map(({ name }) => name);
  const policies = draft.policies.map((entry) => entry && effectivePolicy(entry, names));
  const whole = policies.filter((policy) => policy !== undefined);
  checkSomeSource(draft, whole, report);
  draft.sources.forEach((entry, i) => {
    if (entry === undefined) return;
    const judges = admitting(whole, entry.name);
    if (judges.length === 0 && whole.length === policies.length) {
      warn(['sources', i], 'no policy admits it', 'it is never read');
    }
    for (const judge of judges) {
      checkLifetime(entry, i, judge, report);
      checkTouchInterval(entry, i, judge, report);
    }
  });
  checkPlaces(entries, draft, policies, report);
  warnOfChallenges(entries, policies, warn);
}

function checkSomeSource(
  draft: DraftFile,
  policies: readonly EffectivePolicy[],
  report: Report,
): void {
  if (
    !draft.whole ||
    draft.sources.length > 0 ||
    policies.every(({ session }) => session === 'off')
  )
    return;
  report(['sources'], 'at least one is needed by policies that read sessions');
}

/** A record forgotten before the session's end would be a new start for its credential. */
function checkLifetime(
  entry: SourceEntry,
  i: number,
  judge: EffectivePolicy,
  report: Report,
): void {
  const lifetimeMs = parseDuration(entry.credential_lifetime ?? '');
  const limitMs = judge.absoluteTimeoutMs ?? judge.idleTimeoutMs ?? 0;
  if (lifetimeMs === undefined || lifetimeMs >= limitMs) return;
  const which = judge.absoluteTimeoutMs === undefined ? 'idle' : 'absolute';
  report(
    ['sources', i, 'credential_lifetime'],
    `is shorter than the ${which} timeout (${formatDuration(limitMs)}) of policy "${judge.name}"`,
    'a session must not be forgotten before it ends',
  );
}

function checkTouchInterval(
  entry: SourceEntry,
  i: number,
  judge: EffectivePolicy,
  report: Report,
): void {
  const intervalMs = parseDuration(entry.touch_interval ?? '') ?? 0;
  const { idleTimeoutMs } = judge;
  if (idleTimeoutMs === undefined || intervalMs * 2 <= idleTimeoutMs) return;
  report(
    ['sources', i, 'touch_interval'],
    `is more than half of the idle timeout (${formatDuration(idleTimeoutMs)}) of policy "${judge.name}"`,
    'active users would be logged out; leave it out for a tenth of the smallest idle timeout',
  );
}

function checkPlaces(
  entries: readonly SourceEntry[],
  { sources }: DraftFile,
  policies: readonly (EffectivePolicy | undefined)[],
  report: Report,
): void {
  const places = entries.map((entry) => ({ entry, place: placeKey(buildSource(entry)) }));
  places.forEach(({ entry, place }, i) => {
    for (const earlier of places.slice(0, i)) {
      if (earlier.place !== place) continue;
      const both = policies.find(
        (policy) =>
          policy !== undefined &&
          policy.session !== 'off' &&
          policy.sources.has(entry.name) &&
          policy.sources.has(earlier.entry.name),
      );
      if (both === undefined) continue;
      report(
        ['sources', sources.indexOf(entry)],
        `reads the same ${place} as source "${earlier.entry.name}", and policy "${both.name}" admits both: every request there would be ambiguous`,
        'say with `sources:` in each policy which one it admits',
      );
    }
  });
}

/** Where a source looks. Envoy leaves a payload only for the provider that verified it. */
function placeKey({ place }: Source): string {
  if (place.kind === 'jwt' && place.verifiedBy.kind === 'envoy') {
    return `jwt_authn payload "${place.verifiedBy.metadataKey}"`;
  }
  const where = place.kind === 'jwt' ? place.in : place;
  if (where.kind === 'bearer') return 'bearer token';
  // Many servers read X_Sid and X-Sid as one header.
  return where.kind === 'cookie'
    ? `cookie "${where.name}"`
    : `header "${where.name.replaceAll('_', '-')}"`;
}

/** A challenge asks for a fresh login. Without a verified login time only a new credential shows that there was one. */
function warnOfChallenges(
  entries: readonly SourceEntry[],
  policies: readonly (EffectivePolicy | undefined)[],
  warn: Report,
): void {
  const timeless = entries.filter(({ jwt }) => jwt?.per_login !== true).map(({ name }) => name);
  policies.forEach((policy, i) => {
    if (policy?.onExpiry !== 'challenge') return;
    const affected = timeless.filter((name) => policy.sources.has(name));
    if (affected.length === 0) return;
    warn(
      ['policies', i, 'on_expiry'],
      `the login must then issue a new credential: source ${affected.map((name) => `"${name}"`).join(', ')} does not show when its user logged in`,
      'a session whose credential stays the same stays refused here (a jwt shows it with per_login: true)',
    );
  });
}
