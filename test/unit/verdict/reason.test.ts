import { expect } from 'chai';
import {
  isPlainAllow,
  REASON_NAMES,
  REASON_OF_END,
  REASONS,
  type DenyReason,
} from '../../../src/verdict/reason.ts';
import { DENY_REASONS } from '../../support/requests/judged-request.ts';

const namesWhere = (holds: (reason: DenyReason) => boolean): readonly DenyReason[] =>
  DENY_REASONS.filter(holds);

describe('a reason', () => {
  it('is one of a closed set of labels', () => {
    for (const reason of REASON_NAMES) expect(reason).to.match(/^[a-z]+(?:_[a-z]+)*$/);
  });

  it('is given to a client as it is only for its own session, and when it sent none or several', () => {
    expect(namesWhere((reason) => REASONS[reason].clientReason === reason)).to.have.members([
      'no_credential',
      'ambiguous_credential',
      'idle_timeout',
      'absolute_timeout',
      'revoked',
      'signed_out',
      'subject_locked',
      'session_limit',
      'reauthentication_required',
    ]);
    const others = namesWhere((reason) => REASONS[reason].clientReason !== reason);
    expect(new Set(others.map((reason) => REASONS[reason].clientReason))).to.deep.equal(
      new Set(['invalid_credential']),
    );
  });

  it('lets a browser forget its cookie when the session has ended in any way, or was never known', () => {
    expect(namesWhere((reason) => REASONS[reason].isGone)).to.have.members([
      ...Object.values(REASON_OF_END),
      'unknown_session',
    ]);
  });

  it('is of an allow, of a denial, of an answer of ours or of a missing verdict', () => {
    expect(REASON_NAMES.filter((reason) => REASONS[reason].class === 'served')).to.have.members([
      'prefetch_declined',
    ]);
    expect(REASON_NAMES.filter((reason) => isPlainAllow(reason))).to.have.members([
      'ok',
      'session_off',
      'session_absent',
      'preflight',
    ]);
    expect(REASON_NAMES.filter((reason) => REASONS[reason].class === 'none')).to.have.members([
      'store_unavailable',
      'overloaded',
      'internal_error',
    ]);
  });

  it('has a meaning in one or two sentences', () => {
    for (const { meaning } of Object.values(REASONS)) expect(meaning).to.match(/^[A-Z][^\n]+\.$/);
  });
});
