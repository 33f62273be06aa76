import { expect } from 'chai';
import { buildDeny } from '../../../../src/verdict/denial/build-deny.ts';
import { asksForFreshLogin, maxAgeS } from '../../../../src/verdict/denial/fresh-login.ts';
import type { DenyReason } from '../../../../src/verdict/reason.ts';
import {
  DENY_REASONS,
  judgedOf,
  jwtSource,
  SID,
  sourceOf,
  valuesOf,
} from '../../../support/requests/judged-request.ts';

type Changes = Parameters<typeof judgedOf>[0];

const ageOf = (reason: DenyReason, changes: Changes): number | undefined =>
  maxAgeS(judgedOf(changes), reason);

const TOKEN = { source: jwtSource() };
/** Policies that end sessions, besides the judging one of five minutes and eight hours. */
const ENDS = [
  { idleTimeoutMs: 120_999, absoluteTimeoutMs: undefined },
  { idleTimeoutMs: undefined, absoluteTimeoutMs: 3_600_000 },
];

describe('a fresh login', () => {
  it('is asked for if a policy requires one, and at every timeout of a session of a JWT', () => {
    for (const reason of DENY_REASONS) {
      const isTimeout = reason === 'idle_timeout' || reason === 'absolute_timeout';
      const isRequired = reason === 'reauthentication_required';
      for (const source of [jwtSource(), jwtSource(SID)]) {
        expect(asksForFreshLogin(judgedOf({ source }), reason), reason).to.equal(
          isRequired || isTimeout,
        );
      }
      for (const source of [sourceOf(), sourceOf({ kind: 'bearer' }), undefined]) {
        expect(asksForFreshLogin(judgedOf({ source }), reason), reason).to.equal(isRequired);
      }
    }
  });

  it('may be as old as the timeout that this request reached', () => {
    expect(ageOf('reauthentication_required', { reachedLimit: 'idle' })).to.equal(300);
    expect(ageOf('reauthentication_required', { reachedLimit: 'absolute' })).to.equal(28_800);
    expect(ageOf('idle_timeout', { ...TOKEN, reachedLimit: 'idle' })).to.equal(300);
    expect(ageOf('absolute_timeout', { ...TOKEN, reachedLimit: 'absolute' })).to.equal(28_800);
    const others = { ...TOKEN, endLimits: ENDS };
    expect(ageOf('idle_timeout', { ...others, reachedLimit: 'idle' })).to.equal(300);
  });

  it('may be as old as the shortest timeout that could have ended the session before', () => {
    const ended = { ...TOKEN, endLimits: ENDS };
    expect(ageOf('idle_timeout', ended)).to.equal(120);
    expect(ageOf('absolute_timeout', ended)).to.equal(3_600);
    expect(ageOf('idle_timeout', TOKEN)).to.equal(300);
    const off = { idleTimeoutMs: undefined, absoluteTimeoutMs: undefined };
    expect(ageOf('idle_timeout', { ...ended, policy: off })).to.equal(120);
    expect(ageOf('idle_timeout', { ...TOKEN, policy: off })).to.equal(undefined);
  });

  it('has no age where any login will do', () => {
    for (const reason of DENY_REASONS) {
      if (reason === 'reauthentication_required') continue;
      expect(ageOf(reason, { reachedLimit: 'idle' })).to.equal(undefined);
    }
    expect(ageOf('revoked', TOKEN)).to.equal(undefined);
    expect(ageOf('signed_out', TOKEN)).to.equal(undefined);
  });

  it('is in the challenge and in the address of the login', () => {
    const challenge = buildDeny(judgedOf({ ...TOKEN, reachedLimit: 'idle' }), 'idle_timeout');
    expect(valuesOf(challenge.headers, 'www-authenticate')).to.deep.equal([
      'Bearer realm="curfew", error="insufficient_user_authentication", ' +
        'error_description="The session ended because there was no activity for too long. Sign in again to continue.", ' +
        'max_age="300"',
    ]);
    const headers = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    const loginUrl = 'https://login.example.org/?max_age={max_age}';
    const redirect = (changes: Changes): readonly string[] => {
      const judged = judgedOf({ facts: { headers }, policy: { loginUrl }, ...changes });
      return valuesOf(buildDeny(judged, 'idle_timeout').headers, 'location');
    };
    expect(redirect({ source: jwtSource(SID), reachedLimit: 'idle' })).to.deep.equal([
      'https://login.example.org/?max_age=300',
    ]);
    expect(redirect({ reachedLimit: 'idle' })).to.deep.equal([
      'https://login.example.org/?max_age=',
    ]);
  });
});
