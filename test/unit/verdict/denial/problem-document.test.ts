import { expect } from 'chai';
import type { ClientReason } from '../../../../src/verdict/reason.ts';
import { CLIENT_WORDS } from '../../../../src/verdict/denial/client-words.ts';
import { problemDocument } from '../../../../src/verdict/denial/problem-document.ts';

const REASONS = Object.keys(CLIENT_WORDS) as ClientReason[];

const PROBLEMS: Readonly<Record<ClientReason, string>> = {
  no_credential:
    '{"type":"urn:curfew:problem:no_credential","title":"Sign-in required","status":401,"detail":"This request came without a session. Sign in to continue.","reason":"no_credential"}',
  invalid_credential:
    '{"type":"urn:curfew:problem:invalid_credential","title":"Session not recognized","status":401,"detail":"The session of this request is not valid. Sign in again to continue.","reason":"invalid_credential"}',
  ambiguous_credential:
    '{"type":"urn:curfew:problem:ambiguous_credential","title":"Several sessions at once","status":401,"detail":"This request came with several different sessions, so none of them was used. Delete the cookies of this site, then sign in again.","reason":"ambiguous_credential"}',
  idle_timeout:
    '{"type":"urn:curfew:problem:idle_timeout","title":"Session ended after inactivity","status":401,"detail":"The session ended because there was no activity for too long. Sign in again to continue.","reason":"idle_timeout"}',
  absolute_timeout:
    '{"type":"urn:curfew:problem:absolute_timeout","title":"Session reached its time limit","status":401,"detail":"The session ended because it reached its maximum duration. Sign in again to continue.","reason":"absolute_timeout"}',
  revoked:
    '{"type":"urn:curfew:problem:revoked","title":"Session was ended","status":401,"detail":"The session was ended before its time was up, for example by signing out. Sign in again to continue.","reason":"revoked"}',
  signed_out:
    '{"type":"urn:curfew:problem:signed_out","title":"Signed out","status":401,"detail":"You signed out, or signed in again. Sign in to continue.","reason":"signed_out"}',
  subject_locked:
    '{"type":"urn:curfew:problem:subject_locked","title":"Account locked","status":401,"detail":"The account of this session is locked. Signing in again does not help.","reason":"subject_locked"}',
  session_limit:
    '{"type":"urn:curfew:problem:session_limit","title":"Too many sessions","status":401,"detail":"The session ended because there were too many sessions at once. Sign in again to continue.","reason":"session_limit"}',
  reauthentication_required:
    '{"type":"urn:curfew:problem:reauthentication_required","title":"Recent sign-in required","status":401,"detail":"This part of the site asks for a more recent sign-in. Sign in again to continue.","reason":"reauthentication_required"}',
  prefetch_declined:
    '{"type":"urn:curfew:problem:prefetch_declined","title":"Not loaded ahead","status":503,"detail":"This page is not loaded ahead of a click. Ask for it when it is to be shown.","reason":"prefetch_declined"}',
};

describe('problemDocument', () => {
  for (const reason of REASONS) {
    it(`is byte for byte what was promised for ${reason}`, () => {
      const status = reason === 'prefetch_declined' ? 503 : 401;
      expect(problemDocument(reason, status)).to.equal(PROBLEMS[reason]);
    });
  }
});
