import type { Policy, PolicyFile } from '../oracle/recording.ts';
import type { Dice } from './dice.ts';

/** How long sessions may live in a run. */
export interface TimeScale {
  readonly idleMs: readonly [lo: number, hi: number];
  readonly absoluteMs: readonly [lo: number, hi: number];
}

/** Of a long run. */
export const LONG: TimeScale = { idleMs: [2_000, 4_000], absoluteMs: [14_000, 26_000] };
/** Of a run that has seconds. */
export const SHORT: TimeScale = { idleMs: [800, 1_200], absoluteMs: [2_600, 5_000] };

/** The name of the source in every policy file. */
export const SOURCE = 'web';

/** Limits are whole multiples, so that a clock that goes in steps meets them exactly. */
const GRAIN_MS = 200;

/** Limits by chance: the pages under /s are stricter, and challenge. */
export function rollPolicies(
  dice: Dice,
  { idleMs, absoluteMs }: TimeScale,
): PolicyFile['policies'] {
  const roll = ([lo, hi]: TimeScale['idleMs']): number =>
    GRAIN_MS * dice.between(lo / GRAIN_MS, hi / GRAIN_MS);
  const [idle, absolute] = [roll(idleMs), roll(absoluteMs)];
  return {
    default: { idleMs: idle, absoluteMs: absolute, onExpiry: 'end' },
    sensitive: { idleMs: idle / 2, absoluteMs: absolute / 2, onExpiry: 'challenge' },
  };
}

/** Limits by chance that differ from these. */
export function rollOthers(
  dice: Dice,
  scale: TimeScale,
  before: PolicyFile['policies'],
): PolicyFile['policies'] {
  const next = rollPolicies(dice, scale);
  const isSame = policyText(next, 0) === policyText(before, 0);
  return isSame ? rollOthers(dice, scale, before) : next;
}

/** The page by which a request gets this policy. */
export function pageOf(policy: string, isPassive: boolean): string {
  return `${policy === 'sensitive' ? '/s' : ''}/${isPassive ? 'poll' : 'page'}`;
}

export const LOGOUT_PAGE = '/logout';

/** The file that Curfew reads. */
export function policyText(policies: PolicyFile['policies'], touchIntervalMs: number): string {
  const limits = (name: string): string => {
    const { idleMs, absoluteMs, onExpiry } = policies[name] as Policy;
    // Leases would allow an end elsewhere to be noticed later, which the oracle does not know.
    return `idle: ${idleMs}ms, absolute: ${absoluteMs}ms, on_expiry: ${onExpiry}, max_staleness: 0s`;
  };
  return `version: 1
openings: { per_second: 100000, burst: 100000 }
sources:
  - name: ${SOURCE}
    cookie: sid
    opening: first-use
    credential_lifetime: 30d
    touch_interval: ${touchIntervalMs}ms
policies:
  - { name: signout, match: [{ path: ${LOGOUT_PAGE}, methods: [POST] }], ends_session: true }
  - { name: sensitive, match: [{ path: /s/** }], passive: [{ path: /s/poll }], ${limits('sensitive')} }
  - { name: default, passive: [{ path: /poll }], ${limits('default')} }
`;
}
