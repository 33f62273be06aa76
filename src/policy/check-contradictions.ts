import { sessionOf } from './build-policy.ts';
import type { PolicyEntry } from './policy-file.ts';
import type { Report } from './problem.ts';

/** Keys that say something about a session, which a policy with `session: off` never reads. */
const SESSION_KEYS = [
  'sources',
  'preset',
  'idle',
  'absolute',
  'on_expiry',
  'passive',
  'stream_max',
  'stream_cut',
  'login_url',
  'return_hosts',
  'cors_origins',
  'expose_lifetime',
] as const;

/** No key of one policy takes back what another one says. */
export function checkContradictions(entry: PolicyEntry, report: Report, warn: Report): void {
  if (sessionOf(entry) === 'off') {
    for (const key of SESSION_KEYS) {
      if (entry[key] === undefined) continue;
      report(
        [key],
        'contradicts session: off',
        'no session is read here: remove one of the two',
        'key',
      );
    }
    return;
  }
  if (entry.return_hosts !== undefined && entry.login_url === undefined) {
    report(
      ['return_hosts'],
      'has no effect without login_url',
      'add login_url, or remove it',
      'key',
    );
  }
  const cutIsOff = entry.stream_cut === false || entry.stream_cut === 'off';
  if (entry.stream_max !== undefined && cutIsOff) {
    report(['stream_max'], 'contradicts stream_cut: off', 'remove one of the two', 'key');
  }
  if (entry.login_url !== undefined && entry.return_hosts !== undefined) {
    if (!entry.login_url.includes('{return_to}')) {
      warn(['return_hosts'], 'has no effect: login_url has no {return_to}', undefined, 'key');
    }
  }
}
