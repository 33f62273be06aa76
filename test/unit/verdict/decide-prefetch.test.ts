import { expect } from 'chai';
import type { TouchOutcome } from '../../../src/session/touch-outcome.ts';
import type { EffectivePolicy } from '../../../src/terms/effective-policy.ts';
import type { Source } from '../../../src/terms/source.ts';
import { decidePrefetch } from '../../../src/verdict/decide-prefetch.ts';
import type { Verdict } from '../../../src/verdict/verdict.ts';
import { clocksOf, policyOf, sourceOf } from '../../support/requests/judged-request.ts';

const REGISTERED = sourceOf();
const FIRST_USE: Source = { ...REGISTERED, opening: 'first-use' };
const DECLINED = { kind: 'served', reason: 'prefetch_declined' };

function decided(
  outcome: TouchOutcome,
  policy: Partial<EffectivePolicy> = {},
  { source = FIRST_USE, touchIntervalMs = 30_000 } = {},
): Verdict {
  const selection = { policy: policyOf(policy), isDoubtful: false, isPrefetch: true };
  return decidePrefetch(outcome, selection, { source, touchIntervalMs });
}

/** A session that was active this long ago. */
function live(agoMs: number): TouchOutcome {
  const clocks = clocksOf();
  const lastActivityAtMs = clocks.nowMs - agoMs;
  return {
    kind: 'live',
    clocks: { ...clocks, lastActivityAtMs },
    activity: 'passive',
    opened: false,
  };
}

const EXPIRED: TouchOutcome = {
  kind: 'expired',
  by: 'idle',
  clocks: clocksOf(),
  effect: 'kept',
  crossed: false,
  opened: false,
};
const ENDED: TouchOutcome = { kind: 'ended', by: 'idle', endedAtMs: 1, nowMs: 2 };
const UNKNOWN: TouchOutcome = { kind: 'unknown', nowMs: 2 };

describe('decidePrefetch', () => {
  it('lets a prefetch pass only while the click would not be written as activity', () => {
    expect(decided(live(29_999))).to.deep.equal({ kind: 'allow', reason: 'ok' });
    expect(decided(live(30_000))).to.deep.equal(DECLINED);
    expect(decided(live(0), {}, { touchIntervalMs: 0 })).to.deep.equal(DECLINED);
    expect(decided(live(30_000), { session: 'optional' })).to.deep.equal(DECLINED);
  });

  it('refuses a prefetch at a limit like a challenge, whatever on_expiry and session say', () => {
    for (const onExpiry of ['end', 'challenge'] as const) {
      for (const session of ['required', 'optional'] as const) {
        const policy = { session, onExpiry: new Map([['web', onExpiry]]) };
        expect(decided(EXPIRED, policy)).to.deep.equal({
          kind: 'deny',
          reason: 'reauthentication_required',
        });
      }
    }
  });

  it('leaves it to the click to open a session', () => {
    expect(decided(UNKNOWN)).to.deep.equal(DECLINED);
    expect(decided(UNKNOWN, { session: 'optional' })).to.deep.equal(DECLINED);
    const known = { source: REGISTERED };
    expect(decided(UNKNOWN, {}, known)).to.deep.equal({ kind: 'deny', reason: 'unknown_session' });
  });

  it('refuses the prefetch of a session that has ended, as every request', () => {
    expect(decided(ENDED)).to.deep.equal({ kind: 'deny', reason: 'idle_timeout' });
    expect(decided(ENDED, { session: 'optional' })).to.deep.equal({
      kind: 'allow',
      reason: 'session_absent',
    });
  });

  it('declines nothing where the policy only observes, or reads no session', () => {
    for (const outcome of [live(30_000), EXPIRED, ENDED, UNKNOWN]) {
      expect(decided(outcome, { mode: 'observe' }).kind).to.equal('allow');
      expect(decided(outcome, { session: 'off' })).to.deep.equal({
        kind: 'allow',
        reason: 'session_off',
      });
    }
    expect(decided(live(30_000), { mode: 'observe' })).to.deep.equal({
      kind: 'allow',
      reason: 'ok',
    });
  });
});
