import type { ExpiryChoice, ExpiryReason } from '../policy/build/expiry-choice.ts';

/** What a policy does on expiry and why: one line for sources that are treated alike. */
export function expiryLines(choices: ReadonlyMap<string, ExpiryChoice>): readonly string[] {
  const groups = Map.groupBy(choices, ([, { onExpiry, why }]) => `${onExpiry}: ${whyText(why)}`);
  return Array.from(groups, ([text, members]) => {
    if (groups.size === 1) return text;
    return `for ${members.map(([source]) => `"${source}"`).join(', ')} ${text}`;
  });
}

function whyText(why: ExpiryReason): string {
  switch (why.kind) {
    case 'written':
      return 'the file says so';
    case 'stricter':
      return `the limits here are stricter than those of policy "${why.policy}", which may still accept the session`;
    case 'no_login':
      return `policy "${why.policy}" might still accept the session, but a challenge needs a policy with session: login`;
    case 'incomparable':
      return `of this policy and "${why.policy}" neither is the stricter one, so write on_expiry if a challenge is meant`;
    case 'loosest':
      return 'no other policy lets a session live longer';
    default:
      return why satisfies never;
  }
}

/** The same for programs: by source, what happens, why, and the other policy that matters. */
export function expiryJson(choices: ReadonlyMap<string, ExpiryChoice>): object {
  return Object.fromEntries(
    Array.from(choices, ([source, { onExpiry, why }]) => [
      source,
      {
        on_expiry: onExpiry,
        why: why.kind,
        policy: 'policy' in why ? why.policy : undefined,
      },
    ]),
  );
}
