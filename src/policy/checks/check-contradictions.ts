import { readsSessions, sessionOf } from '../build/build-policy.ts';
import type { PolicyEntry } from '../file/policy-file.ts';
import type { Findings } from '../file/problem.ts';
import type { EntryCheck } from '../file/readable-entry.ts';
import { checkLimits } from './check-limits.ts';

/** Keys that have no meaning in a policy without limits, which lets every request through. */
const LIMITED_KEYS = [
  'preset',
  'idle',
  'absolute',
  'on_expiry',
  'passive',
  'streams',
  'max_staleness',
  'stream_max',
  'stream_cut',
  'login_url',
  'return_hosts',
  'cors_origins',
  'expose_lifetime',
] as const;

/** Policies that let every request through: how they are written, and which keys mean nothing there. */
const OPEN = {
  off: {
    written: 'session: off',
    keys: ['sources', 'leave', ...LIMITED_KEYS],
    why: 'no session is read here',
  },
  login: {
    written: 'session: login',
    keys: ['justification', ...LIMITED_KEYS],
    why: 'a login has no limits, and its pages are never denied',
  },
  ends: {
    written: 'ends_session: true',
    keys: [
      'session',
      'justification',
      // An origin that is listed may end sessions.
      ...LIMITED_KEYS.filter((key) => key !== 'cors_origins'),
    ],
    why: 'requests that end a session have no limits and are never denied',
  },
} as const;

/** The keys of one policy make sense together. */
export const POLICY_CHECKS: readonly EntryCheck<PolicyEntry, [Findings]>[] = [
  {
    reads: ['session', 'ends_session', 'preset', 'idle', 'absolute', 'justification'],
    check: checkLimits,
  },
  { reads: ['session', 'ends_session'], check: checkMeaning },
  { reads: ['session', 'ends_session', 'login_url'], check: checkReturnHosts },
  { reads: ['session', 'ends_session', 'stream_cut'], check: checkStreamMax },
];

function checkMeaning(entry: PolicyEntry, { problem }: Findings): void {
  const session = sessionOf(entry);
  if (session === 'required' || session === 'optional') return;
  const { written, keys, why } = OPEN[session];
  for (const key of keys) {
    if (entry[key] === undefined) continue;
    problem(
      [key],
      `has no meaning with ${written}`,
      `${why}: remove this key, or ${written}`,
      'key',
    );
  }
}

function checkReturnHosts(entry: PolicyEntry, { problem, warning }: Findings): void {
  const { login_url: loginUrl, return_hosts: hosts } = entry;
  if (!hasAnswers(entry) || hosts === undefined) return;
  const path = ['return_hosts'];
  if (loginUrl === undefined) {
    problem(path, 'has no effect without login_url', 'add login_url, or remove this key', 'key');
  } else if (!loginUrl.includes('{return_to}')) {
    warning(
      path,
      'has no effect: login_url has no {return_to}',
      'add {return_to} to login_url, or remove this key',
      'key',
    );
  }
}

function checkStreamMax(entry: PolicyEntry, { problem }: Findings): void {
  const isCut = entry.stream_cut !== false && entry.stream_cut !== 'off';
  if (!hasAnswers(entry) || entry.stream_max === undefined || isCut) return;
  problem(['stream_max'], 'has no effect with stream_cut: off', 'remove one of the two', 'key');
}

/** Where they are meaningless altogether, that is said already. */
function hasAnswers(entry: PolicyEntry): boolean {
  return readsSessions(sessionOf(entry));
}
