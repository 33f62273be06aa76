import { expect } from 'chai';
import { SessionModel } from '../../support/upgrade/session-model.ts';
import type { ModelledPolicy, SeenVerdict } from '../../support/upgrade/session-model.ts';

const ENDING: ModelledPolicy = {
  path: '/',
  idleMs: 1_000,
  absoluteMs: 5_000,
  onExpiry: 'end',
  isPassive: false,
};
const SHORT: ModelledPolicy = { ...ENDING, idleMs: 500, onExpiry: 'challenge' };

/** A check that was sent at this time and answered 10 ms later. */
const allow = (sentAtMs: number): SeenVerdict => ({
  sentAtMs,
  answeredAtMs: sentAtMs + 10,
  isAllowed: true,
  reason: 'ok',
});
const deny = (sentAtMs: number, reason: string): SeenVerdict => ({
  ...allow(sentAtMs),
  isAllowed: false,
  reason,
});

type Steps = readonly (readonly [ModelledPolicy, SeenVerdict])[];

describe('the model of what a session must be answered', () => {
  const judged = (steps: Steps) => {
    const model = new SessionModel(ENDING, () => true);
    return steps.map(([policy, verdict]) => model.judge(policy, verdict)).at(-1);
  };

  const right: readonly (readonly [string, Steps])[] = [
    ['a new session', [[ENDING, allow(0)]]],
    [
      'activity within the limits',
      [
        [ENDING, allow(0)],
        [ENDING, allow(900)],
      ],
    ],
    [
      'an end at the limit',
      [
        [ENDING, allow(0)],
        [ENDING, deny(1_000, 'idle_timeout')],
      ],
    ],
    [
      'a challenge, which ends nothing',
      [
        [ENDING, allow(0)],
        [SHORT, deny(600, 'reauthentication_required')],
        [ENDING, allow(700)],
      ],
    ],
    [
      'either answer in the instants around a limit',
      [
        [ENDING, allow(0)],
        [ENDING, allow(995)],
      ],
    ],
    [
      'a challenge for an earlier pause',
      [
        [ENDING, allow(0)],
        [ENDING, allow(600)],
        [SHORT, deny(700, 'reauthentication_required')],
      ],
    ],
    [
      'the same end again',
      [
        [ENDING, allow(0)],
        [ENDING, deny(1_100, 'idle_timeout')],
        [SHORT, deny(1_200, 'idle_timeout')],
      ],
    ],
  ];
  for (const [what, steps] of right) {
    it(`accepts ${what}`, () => expect(judged(steps)).to.equal(undefined));
  }

  const wrong: readonly (readonly [string, string, Steps])[] = [
    [
      'a session that goes on past its idle limit',
      'allowed past a limit',
      [
        [ENDING, allow(0)],
        [ENDING, allow(1_020)],
      ],
    ],
    [
      'a session that goes on past its age',
      'allowed past a limit',
      [
        ...[0, 900, 1_800, 2_700, 3_600, 4_500].map((at) => [ENDING, allow(at)] as const),
        [ENDING, allow(5_020)],
      ],
    ],
    [
      'activity that undoes a pause',
      'allowed past a limit',
      [
        [ENDING, allow(0)],
        [ENDING, allow(600)],
        [SHORT, allow(700)],
      ],
    ],
    [
      'passive requests that keep it alive',
      'allowed past a limit',
      [
        [ENDING, allow(0)],
        [{ ...ENDING, isPassive: true }, allow(900)],
        [ENDING, allow(1_100)],
      ],
    ],
    [
      'an ended session that comes back',
      'an ended session was allowed',
      [
        [ENDING, allow(0)],
        [ENDING, deny(1_100, 'idle_timeout')],
        [ENDING, allow(1_200)],
      ],
    ],
    [
      'an end that changes its reason',
      'ended for idle_timeout',
      [
        [ENDING, allow(0)],
        [ENDING, deny(1_100, 'idle_timeout')],
        [ENDING, deny(1_200, 'revoked')],
      ],
    ],
    [
      'a live session that is refused',
      'ended before a limit',
      [
        [ENDING, allow(0)],
        [ENDING, deny(900, 'idle_timeout')],
      ],
    ],
    [
      'a live session that is challenged',
      'challenged before a limit',
      [
        [ENDING, allow(0)],
        [SHORT, deny(400, 'reauthentication_required')],
      ],
    ],
    [
      'the other limit as the reason',
      'ended by the other limit',
      [
        [ENDING, allow(0)],
        [ENDING, deny(1_100, 'absolute_timeout')],
      ],
    ],
    [
      'a revocation that did not happen',
      'refused for no limit',
      [
        [ENDING, allow(0)],
        [ENDING, deny(1_100, 'revoked')],
      ],
    ],
    [
      'a new session that is refused',
      'a new session was refused',
      [[ENDING, deny(0, 'unknown_session')]],
    ],
  ];
  for (const [what, fault, steps] of wrong) {
    it(`finds ${what}`, () => expect(judged(steps)).to.equal(fault));
  }

  describe('with limits of its own', () => {
    const OWN = { idleMs: 300, absoluteMs: 2_000 };
    const after = (verdict: SeenVerdict, holdsOwn: boolean) => {
      const model = new SessionModel(ENDING, () => holdsOwn);
      model.register(0, 10, OWN);
      return model.judge(ENDING, verdict);
    };

    it('accepts that they end it', () => {
      expect(after(deny(310, 'idle_timeout'), true)).to.equal(undefined);
    });

    it('finds a session that goes on past them', () => {
      expect(after(allow(320), true)).to.equal('allowed past a limit');
    });

    it('accepts that it goes on where an earlier version may answer, and no longer than its policy', () => {
      expect(after(allow(320), false)).to.equal(undefined);
      expect(after(deny(320, 'idle_timeout'), false)).to.equal(undefined);
      expect(after(allow(1_020), false)).to.equal('allowed past a limit');
    });
  });
});
