import { expect } from 'chai';
import type { EffectivePolicy } from '../../../src/terms/effective-policy.ts';
import type { Source } from '../../../src/terms/source.ts';
import type { ExpiredOutcome, TouchOutcome } from '../../../src/session/touch-outcome.ts';
import { decide, decideFault, decideWithoutSession } from '../../../src/verdict/decide.ts';
import { clocksOf, policyOf, sourceOf } from '../../support/requests/judged-request.ts';

const clocks = clocksOf();
const live: TouchOutcome = { kind: 'live', clocks, activity: 'moved', opened: false };
const unknown: TouchOutcome = { kind: 'unknown', nowMs: 1 };
const over = (by: 'idle' | 'absolute' | 'revoked'): TouchOutcome => ({
  kind: 'ended',
  by,
  endedAtMs: 1,
  nowMs: 2,
});
const expired = (by: 'idle' | 'absolute', effect: ExpiredOutcome['effect']): TouchOutcome => ({
  kind: 'expired',
  by,
  clocks,
  effect,
  crossed: false,
  opened: false,
});

const END: Partial<EffectivePolicy> = { onExpiry: new Map([['web', 'end']]) };
const CHALLENGE: Partial<EffectivePolicy> = { onExpiry: new Map([['web', 'challenge']]) };

const REGISTERED = sourceOf();
const FIRST_USE: Source = { ...REGISTERED, opening: 'first-use' };

describe('decide', () => {
  const required: readonly [
    says: string,
    outcome: TouchOutcome,
    policy: Partial<EffectivePolicy>,
    isDoubtful: boolean,
    reason: string,
  ][] = [
    ['ended by this idle check', expired('idle', 'ended'), END, false, 'idle_timeout'],
    ['ended by this absolute check', expired('absolute', 'ended'), END, false, 'absolute_timeout'],
    ['ended by idle before', over('idle'), END, false, 'idle_timeout'],
    ['ended by absolute before', over('absolute'), END, false, 'absolute_timeout'],
    ['revoked', over('revoked'), END, false, 'revoked'],
    ['revoked, on a challenging policy', over('revoked'), CHALLENGE, false, 'revoked'],
    ['ended before, on a challenging policy', over('idle'), CHALLENGE, false, 'idle_timeout'],
    [
      'past idle but kept by challenge',
      expired('idle', 'kept'),
      CHALLENGE,
      false,
      'reauthentication_required',
    ],
    [
      'past absolute but kept by challenge',
      expired('absolute', 'kept'),
      CHALLENGE,
      false,
      'reauthentication_required',
    ],
    [
      'past idle but kept on an ambiguous path',
      expired('idle', 'kept'),
      END,
      true,
      'reauthentication_required',
    ],
    [
      'past absolute but kept on an ambiguous path',
      expired('absolute', 'kept'),
      END,
      true,
      'reauthentication_required',
    ],
    ['ended before, on an ambiguous path', over('idle'), END, true, 'idle_timeout'],
    ['unknown', unknown, END, false, 'unknown_session'],
    ['unknown, on an ambiguous path', unknown, CHALLENGE, true, 'unknown_session'],
  ];

  for (const [says, outcome, changes, isDoubtful, reason] of required) {
    it(`denies a session that is ${says}: ${reason}`, () => {
      const selection = {
        policy: policyOf(changes),
        isDoubtful,
        passive: false,
        isPrefetch: false,
      };
      expect(decide(outcome, selection, REGISTERED)).to.deep.equal({ kind: 'deny', reason });
    });

    it(`only observes a session that is ${says}, with the same reason`, () => {
      const policy = policyOf({ ...changes, mode: 'observe' });
      const selection = { policy, isDoubtful, passive: false, isPrefetch: false };
      expect(decide(outcome, selection, REGISTERED)).to.deep.equal({ kind: 'allow', reason });
    });

    it(`passes an optional policy without a session when the session is ${says}`, () => {
      const policy = policyOf({ ...changes, session: 'optional' });
      const selection = { policy, isDoubtful, passive: false, isPrefetch: false };
      expect(decide(outcome, selection, REGISTERED)).to.deep.equal({
        kind: 'allow',
        reason: 'session_absent',
      });
    });
  }

  for (const session of ['required', 'optional'] as const) {
    for (const mode of ['enforce', 'observe'] as const) {
      it(`allows a live session when it is ${session} and the mode is ${mode}`, () => {
        const selection = {
          policy: policyOf({ session, mode }),
          isDoubtful: true,
          passive: true,
          isPrefetch: false,
        };
        expect(decide(live, selection, FIRST_USE)).to.deep.equal({ kind: 'allow', reason: 'ok' });
      });
    }
  }

  it('names the limit that an observed session has reached, although the session was kept', () => {
    const selection = {
      policy: policyOf({ mode: 'observe' }),
      isDoubtful: false,
      passive: false,
      isPrefetch: false,
    };
    expect(decide(expired('absolute', 'kept'), selection, FIRST_USE)).to.deep.equal({
      kind: 'allow',
      reason: 'absolute_timeout',
    });
  });

  it('does not pass without a session when a first use should have opened one', () => {
    const selection = {
      policy: policyOf({ session: 'optional' }),
      isDoubtful: false,
      passive: false,
      isPrefetch: false,
    };
    expect(decide(unknown, selection, FIRST_USE)).to.deep.equal({
      kind: 'deny',
      reason: 'unknown_session',
    });
  });

  it('reads no session where the policy is off', () => {
    const selection = {
      policy: policyOf({ session: 'off' }),
      isDoubtful: false,
      passive: false,
      isPrefetch: false,
    };
    expect(decide(over('revoked'), selection, REGISTERED)).to.deep.equal({
      kind: 'allow',
      reason: 'session_off',
    });
  });
});

describe('decideWithoutSession', () => {
  const cases = [
    ['no_credential', 'session_absent'],
    ['malformed_credential', undefined],
    ['ambiguous_credential', undefined],
    ['invalid_token', undefined],
  ] as const;

  for (const [reason, whenOptional] of cases) {
    it(`denies ${reason} when a session is required`, () => {
      expect(decideWithoutSession(reason, policyOf())).to.deep.equal({ kind: 'deny', reason });
    });

    it(`answers ${reason} on an optional policy with ${whenOptional ?? 'a denial'}`, () => {
      const expected =
        whenOptional === undefined
          ? { kind: 'deny', reason }
          : { kind: 'allow', reason: whenOptional };
      expect(decideWithoutSession(reason, policyOf({ session: 'optional' }))).to.deep.equal(
        expected,
      );
    });

    it(`only observes ${reason}`, () => {
      const policy = policyOf({ mode: 'observe' });
      expect(decideWithoutSession(reason, policy)).to.deep.equal({ kind: 'allow', reason });
    });

    it(`ignores ${reason} where the policy is off`, () => {
      const policy = policyOf({ session: 'off' });
      expect(decideWithoutSession(reason, policy)).to.deep.equal({
        kind: 'allow',
        reason: 'session_off',
      });
    });
  }
});

describe('decideFault', () => {
  for (const reason of ['store_unavailable', 'overloaded', 'internal_error'] as const) {
    const fault = { kind: 'none', reason, grpcStatus: 'UNAVAILABLE', message: reason } as const;
    for (const session of ['required', 'optional', 'off'] as const) {
      it(`has no verdict on ${reason} when a session is ${session}`, () => {
        expect(decideFault(fault, policyOf({ session }))).to.deep.equal(fault);
      });

      it(`lets an observing policy allow ${reason} when a session is ${session}`, () => {
        const policy = policyOf({ session, mode: 'observe' });
        expect(decideFault(fault, policy)).to.deep.equal({ kind: 'allow', reason });
      });
    }

    it(`has no verdict on ${reason} before a policy was selected`, () => {
      expect(decideFault(fault, undefined)).to.deep.equal(fault);
    });
  }
});
