import type { CallingCheck } from '../../session/calling-check.ts';
import type { EnterOutcome } from '../../session/session-directory.ts';
import type { SubjectKey } from '../../session/subject-key.ts';
import type { CheckDependencies } from '../check-dependencies.ts';
import type { NamedCheck } from '../named-check.ts';
import type { CheckSubject } from './check-subject.ts';

/** A session that enters the index: that of a check, or one that administration registers. */
export interface EnteringSession extends Pick<NamedCheck, 'storedKey' | 'retentionMs'> {
  readonly run: Pick<NamedCheck['run'], 'assertAwaited'> & CallingCheck;
}

/**
 * Puts a session into the index of its subject, so that an end of the subject finds it, or says why
 * it may have none. Locks and ends of the subject may be noted under any server key. They are looked
 * up after the entry, so that one which begins meanwhile finds it.
 *
 * @param loginAtMs when the session began; `undefined`: it begins now
 */
export async function enterSubject(
  { directory }: Pick<CheckDependencies, 'directory'>,
  check: EnteringSession,
  { names }: Pick<CheckSubject, 'names'>,
  loginAtMs: number | undefined,
): Promise<EnterOutcome> {
  const { run, storedKey: session, retentionMs } = check;
  run.assertAwaited();
  const { key: subject } = names;
  const { trace } = run;
  const outcome = await directory.enter({ subject, session, loginAtMs, retentionMs, trace });
  if (outcome.kind !== 'entered') return outcome;
  for (const older of names.olderKeys()) {
    run.assertAwaited();
    // oxlint-disable-next-line no-await-in-loop -- there are few, and only while keys rotate
    const refused = await refusalUnder(directory, older, loginAtMs, { trace });
    if (refused === undefined) continue;
    // oxlint-disable-next-line no-await-in-loop -- the last step
    await directory.leave(subject, [session], { trace });
    return refused;
  }
  return outcome;
}

async function refusalUnder(
  directory: CheckDependencies['directory'],
  subject: SubjectKey,
  loginAtMs: number | undefined,
  check: CallingCheck,
): Promise<Exclude<EnterOutcome, { kind: 'entered' }> | undefined> {
  const { lock, notBeforeMs } = await directory.subjectState(subject, check);
  if (lock !== undefined) return { kind: 'locked', untilMs: lock.untilMs };
  const isBefore = notBeforeMs !== undefined && loginAtMs !== undefined && loginAtMs < notBeforeMs;
  return isBefore ? { kind: 'before', endedAtMs: notBeforeMs } : undefined;
}
