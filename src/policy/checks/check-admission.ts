import { bytesOf } from '../../terms/credential-place.ts';
import type { EffectivePolicy } from '../../terms/effective-policy.ts';
import { twinSpelling } from '../../terms/header-twin.ts';
import type { Source } from '../../terms/source.ts';
import { whereOf } from '../../terms/source-kind.ts';
import { effectivePolicies } from '../build/build-policy.ts';
import { buildSource } from '../build/build-source.ts';
import type { DraftFile } from '../file/check-schema.ts';
import { formatDuration, parseDuration } from '../../terms/duration.ts';
import type { SourceEntry } from '../file/policy-file.ts';
import type { Findings, Report } from '../file/problem.ts';
import { readersOf } from '../build/source-rules.ts';

/** Every source fits the policies that use it. */
export function checkAdmission(draft: DraftFile, { problem, warning }: Findings): void {
  const entries = draft.sources.filter((entry) => entry !== undefined);
  const whole = effectivePolicies(
    draft.policies.filter((entry) => entry !== undefined),
    entries.map(buildSource),
  );
  const inOrder = whole.values();
  const policies = draft.policies.map((entry) => entry && inOrder.next().value);
  checkSomeSource(draft, whole, problem);
  draft.sources.forEach((entry, i) => {
    if (entry === undefined) return;
    const readers = readersOf(whole, entry.name);
    if (readers.length === 0 && whole.length > 0 && whole.length === policies.length) {
      const isRead = whole.some(
        ({ session, sources }) => session !== 'off' && sources.has(entry.name),
      );
      warning(
        ['sources', i],
        isRead
          ? 'no policy with limits uses this source, so its sessions never end'
          : 'no policy uses this source, so it is never read',
        'remove it, or name it in `sources` of a policy',
      );
    }
    for (const policy of readers) {
      checkLifetime(entry, i, policy, problem);
      checkTouchInterval(entry, i, policy, problem);
    }
  });
  checkPlaces(entries, draft, policies, problem);
  checkClearedCookies(entries, draft, problem);
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
  report(
    ['sources'],
    'is empty, but some policy needs a session',
    'add a source, or write session: off in every policy',
  );
}

/** A session that is forgotten before it ends would start again with the same credential. */
function checkLifetime(
  entry: SourceEntry,
  i: number,
  policy: EffectivePolicy,
  report: Report,
): void {
  const lifetimeMs = parseDuration(entry.credential_lifetime ?? '');
  const limitMs = policy.absoluteTimeoutMs ?? policy.idleTimeoutMs ?? 0;
  if (lifetimeMs === undefined || lifetimeMs >= limitMs) return;
  const which = policy.absoluteTimeoutMs === undefined ? 'idle' : 'absolute';
  report(
    ['sources', i, 'credential_lifetime'],
    `is shorter than the ${which} timeout (${formatDuration(limitMs)}) of policy "${policy.name}"`,
    `write at least ${formatDuration(limitMs)}: Curfew must not forget a session before it ends`,
  );
}

function checkTouchInterval(
  entry: SourceEntry,
  i: number,
  policy: EffectivePolicy,
  report: Report,
): void {
  const intervalMs = parseDuration(entry.touch_interval ?? '') ?? 0;
  const { idleTimeoutMs } = policy;
  if (idleTimeoutMs === undefined || intervalMs * 2 <= idleTimeoutMs) return;
  report(
    ['sources', i, 'touch_interval'],
    `is more than half of the idle timeout (${formatDuration(idleTimeoutMs)}) of policy "${policy.name}"`,
    `write at most ${formatDuration(Math.floor(idleTimeoutMs / 2))}, or remove this key: otherwise active users would be logged out`,
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
        `reads the same ${place} as source "${earlier.entry.name}", and policy "${both.name}" uses both, so every credential there would be ambiguous`,
        'name only one of the two in `sources` of that policy',
      );
    }
  });
}

/** The place that a source reads. Envoy sets a payload only for the provider that verified it. */
function placeKey({ place }: Source): string {
  if (place.kind === 'jwt' && place.verifiedBy.kind === 'envoy') {
    return `jwt_authn payload "${place.verifiedBy.metadataKey}"`;
  }
  const bytes = bytesOf(place);
  switch (bytes.kind) {
    case 'cookie':
    case 'bearer':
      return whereOf(bytes);
    case 'header':
      // Many servers read X_Sid and X-Sid as one header.
      return whereOf({ ...bytes, name: twinSpelling(bytes.name) });
    default:
      return bytes satisfies never;
  }
}

/** What is cleared with one cookie must not be the credential of another source. */
function checkClearedCookies(
  entries: readonly SourceEntry[],
  { sources }: DraftFile,
  report: Report,
): void {
  const owners = new Map(
    entries.map((entry) => [whereOf(bytesOf(buildSource(entry).place)), entry.name]),
  );
  for (const entry of entries) {
    entry.clear_with?.forEach((name, i) => {
      const owner = owners.get(`cookie "${name}"`);
      if (owner === undefined || owner === entry.name) return;
      report(
        ['sources', sources.indexOf(entry), 'clear_with', i],
        `is the cookie of source "${owner}", so its sessions would lose their credential`,
        'remove it',
      );
    });
  }
}
