import { sessionOf, readsSessions } from '../build/build-policy.ts';
import { resolveLimits } from '../build/resolve-limits.ts';
import type { DraftFile } from '../file/check-schema.ts';
import type { PolicyEntry } from '../file/policy-file.ts';
import type { Findings } from '../file/problem.ts';

/**
 * An absolute timeout holds for tokens whose session is named by the token itself only if they have
 * `auth_time`, so a policy that has one must say why it accepts them.
 */
export function checkTokens({ sources, policies }: DraftFile, { assumed }: Findings): void {
  for (const source of sources) {
    const from = source?.jwt?.session_from;
    if (source === undefined || from === undefined) continue;
    policies.forEach((policy, i) => {
      if (policy === undefined || !needsJustification(policy, source.name)) return;
      assumed(
        ['policies', i, 'justification'],
        `is missing, and it is assumed that source "${source.name}" may restart both clocks with each token without \`auth_time\` (session_from: ${from})`,
        'name the session by a claim of the token, or explain here why that is accepted',
      );
    });
  }
}

function needsJustification(policy: PolicyEntry, source: string): boolean {
  return (
    readsSessions(sessionOf(policy)) &&
    policy.justification === undefined &&
    resolveLimits(policy).absolute.timeoutMs !== undefined &&
    policy.sources?.includes(source) !== false &&
    policy.leave?.includes(source) !== true
  );
}
