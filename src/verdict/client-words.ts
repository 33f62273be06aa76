import type { ClientReason } from './client-reason.ts';

/** A reason in words for people: the problem document, the page and `error_description` all say the same. */
export interface ClientWords {
  readonly title: string;
  /** Printable ASCII without quotes and backslashes, as RFC 6750 section 3 wants of an `error_description`. */
  readonly detail: string;
}

/** Generic on purpose: no limit, no policy, no name of anything inside (RFC 9457 section 5, ASVS 16.5.1). */
export const CLIENT_WORDS: Readonly<Record<ClientReason, ClientWords>> = {
  no_credential: {
    title: 'Sign-in required',
    detail: 'This request came without a session. Sign in to continue.',
  },
  invalid_credential: {
    title: 'Session not recognized',
    detail: 'The session of this request is not valid. Sign in again to continue.',
  },
  idle_timeout: {
    title: 'Session ended after inactivity',
    detail:
      'The session ended because there was no activity for too long. Sign in again to continue.',
  },
  absolute_timeout: {
    title: 'Session reached its time limit',
    detail: 'The session ended because it reached its maximum duration. Sign in again to continue.',
  },
  revoked: {
    title: 'Session was ended',
    detail:
      'The session was ended before its time was up, for example by signing out. Sign in again to continue.',
  },
  reauthentication_required: {
    title: 'Recent sign-in required',
    detail: 'This part of the site asks for a more recent sign-in. Sign in again to continue.',
  },
};
