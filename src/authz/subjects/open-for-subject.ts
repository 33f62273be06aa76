import type { OpenRequest } from '../../session/session-store.ts';
import type { TouchOutcome } from '../../session/touch-outcome.ts';
import type { CheckDependencies } from '../check-dependencies.ts';
import type { NamedCheck } from '../named-check.ts';
import type { CheckSubject } from './check-subject.ts';
import { endForSubject } from './end-for-subject.ts';
import { enterSubject } from './enter-subject.ts';

export interface SubjectOpening {
  readonly subject: CheckSubject;
  readonly request: OpenRequest;
  /** By the store's clock. */
  readonly nowMs: number;
}

/**
 * Opens the session of a subject. It enters the index first: an end of the subject that begins
 * before the session opens finds it there, and leaves the tombstone that the opening then meets.
 *
 * While the subject is locked, nothing opens and nothing is written: the credential may open a
 * session later. A login before the last end of the subject is over for good.
 */
export async function openForSubject(
  deps: Pick<CheckDependencies, 'store' | 'directory'>,
  check: NamedCheck,
  { subject, request, nowMs }: SubjectOpening,
): Promise<TouchOutcome> {
  const { key } = subject.names;
  const entered = await enterSubject(deps, check, subject, check.loginAtMs);
  switch (entered.kind) {
    case 'entered':
      check.run.assertAwaited();
      return deps.store.open({ ...request, subject: key, subjectName: subject.storedName });
    case 'locked':
      return { kind: 'ended', by: 'subject_locked', endedAtMs: nowMs, nowMs };
    case 'before': {
      const how = { nowMs, unknown: 'tombstone', subject: key } as const;
      const ended = await endForSubject(deps, check, entered, how);
      // Another request has opened it for another subject: then it is a session like any other.
      return ended ?? deps.store.open(request);
    }
    default:
      return entered satisfies never;
  }
}
