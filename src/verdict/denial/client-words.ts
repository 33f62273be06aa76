import type { ClientReason } from '../reason.ts';

/**
 * A reason in words for people. The problem document, the page and `error_description` all use
 * them.
 */
export interface ClientWords {
  readonly title: string;
  /**
   * Printable ASCII without quotes and backslashes, as RFC 6750 section 3 requires of an
   * `error_description`.
   */
  readonly detail: string;
  /** What else a person can do who sees the page again. Under the same rules. */
  readonly advice?: string;
}

/** Generic on purpose: no limit, no policy, no internal name (RFC 9457 section 5, ASVS 16.5.1). */
export const CLIENT_WORDS: Readonly<Record<ClientReason, ClientWords>> = {
  no_credential: {
    title: 'Sign-in required',
    detail: 'This request came without a session. Sign in to continue.',
  },
  invalid_credential: {
    title: 'Session not recognized',
    detail: 'The session of this request is not valid. Sign in again to continue.',
    advice:
      'If this page comes back after a new sign-in, delete the cookies of this site and sign in again.',
  },
  ambiguous_credential: {
    title: 'Several sessions at once',
    detail:
      'This request came with several different sessions, so none of them was used. Delete the cookies of this site, then sign in again.',
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
  signed_out: {
    title: 'Signed out',
    detail: 'You signed out, or signed in again. Sign in to continue.',
  },
  subject_locked: {
    title: 'Account locked',
    detail: 'The account of this session is locked. Signing in again does not help.',
    advice: 'Ask the support of this site.',
  },
  session_limit: {
    title: 'Too many sessions',
    detail:
      'The session ended because there were too many sessions at once. Sign in again to continue.',
  },
  reauthentication_required: {
    title: 'Recent sign-in required',
    detail: 'This part of the site asks for a more recent sign-in. Sign in again to continue.',
  },
  prefetch_declined: {
    title: 'Not loaded ahead',
    detail: 'This page is not loaded ahead of a click. Ask for it when it is to be shown.',
  },
};
