import type { ExpiryChoice } from '../build/expiry-choice.ts';
import { expiryOf, readsSessions, sessionOf } from '../build/build-policy.ts';
import { buildSources } from '../build/build-source.ts';
import type { DraftFile } from '../file/check-schema.ts';
import type { Findings } from '../file/problem.ts';
import { findingsBelow } from '../file/problem.ts';

/** What happens on expiry is what was meant, and a challenge can be met. */
export function checkExpiry({ sources, policies }: DraftFile, findings: Findings): void {
  const entries = policies.filter((entry) => entry !== undefined);
  const known = sources.filter((entry) => entry !== undefined);
  // The default depends on every policy and source.
  if (entries.length < policies.length || known.length < sources.length) return;
  const built = buildSources(known);
  const opaque = new Set(
    built.flatMap(({ name, place }) =>
      place.kind === 'cookie' || place.kind === 'header' ? [name] : [],
    ),
  );
  const withLogin = new Set(
    entries.flatMap((entry) =>
      sessionOf(entry) === 'login'
        ? (entry.sources ?? built.map(({ name }) => name)).filter(
            (name) => entry.leave?.includes(name) !== true,
          )
        : [],
    ),
  );
  expiryOf(entries, built).forEach((choices, i) => {
    const entry = entries[i];
    if (entry === undefined || !readsSessions(sessionOf(entry))) return;
    const here = findingsBelow(['policies', i], findings);
    if (entry.on_expiry === undefined) warnOfDefault(choices, here);
    else if (entry.on_expiry === 'challenge') {
      const unmet = [...choices.keys()].filter((name) => opaque.has(name) && !withLogin.has(name));
      warnOfChallenge(unmet, here);
    }
  });
}

function warnOfDefault(choices: ReadonlyMap<string, ExpiryChoice>, { warning }: Findings): void {
  for (const [kind, hint] of HINTS) {
    const found = [...choices].flatMap(([source, { why }]) =>
      why.kind === kind ? [{ source, policy: why.policy }] : [],
    );
    const [first] = found;
    if (first === undefined) continue;
    warning(
      ['on_expiry'],
      `is missing, so a session of source ${quoted(found.map(({ source }) => source))} that reaches a limit here ends everywhere, although policy "${first.policy}" might still accept it`,
      hint,
    );
  }
}

const HINTS = [
  [
    'no_login',
    'add a policy with session: login for the pages of the login, and the default is challenge; or write on_expiry: end',
  ],
  [
    'incomparable',
    'write on_expiry: challenge if only this request shall be refused, else on_expiry: end',
  ],
] as const;

function warnOfChallenge(unmet: readonly string[], { warning }: Findings): void {
  if (unmet.length === 0) return;
  warning(
    ['on_expiry'],
    `no policy with session: login accepts source ${quoted(unmet)}, so only a new credential ends the challenge`,
    'add one for the pages of the login: then a login that keeps the value ends the challenge, too',
  );
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
