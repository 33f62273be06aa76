import { StoreOverloaded, StoreUnavailable } from '../../session/session-store.ts';
import type { LiveOutcome, TouchOutcome } from '../../session/touch-outcome.ts';
import type { CheckDependencies } from '../check-dependencies.ts';
import type { NamedCheck } from '../named-check.ts';
import type { CheckSubject } from './check-subject.ts';
import { endForSubject } from './end-for-subject.ts';
import { enterSubject } from './enter-subject.ts';

/** What settling needs. */
export type SubjectDependencies = Pick<
  CheckDependencies,
  'store' | 'directory' | 'whyKeysIncomplete'
>;

/** Whether nothing is left to do about the subject that the request of a live session names. */
export function isSubjectSettled(check: NamedCheck, { subject }: LiveOutcome): boolean {
  if (subject === undefined) return true;
  if (subject === 'same') check.subject?.isSettled();
  return subject === 'same';
}

/**
 * Notes whose session it is, if the request is the first one that names a subject. If the subject is
 * locked, or its sessions were ended after this one began, this session ends, too. A later, different
 * subject changes nothing.
 */
export async function settleSubject(
  deps: SubjectDependencies,
  check: NamedCheck,
  outcome: TouchOutcome,
): Promise<TouchOutcome> {
  if (outcome.kind !== 'live' || isSubjectSettled(check, outcome)) return outcome;
  const { subject } = check;
  if (subject === undefined) return outcome;
  // It may be noted, or locked, under a key that this replica lacks. The session is live all the same.
  if (deps.whyKeysIncomplete() !== undefined) return outcome;
  if (outcome.subject === 'other') {
    await compareUnderOlderKeys(deps, check, subject);
    return outcome;
  }
  try {
    return await attachSubject(deps, check, subject, outcome);
  } catch (fault) {
    if (!isFull(fault)) throw fault;
    return outcome;
  }
}

async function attachSubject(
  deps: SubjectDependencies,
  check: NamedCheck,
  named: CheckSubject,
  live: LiveOutcome,
): Promise<TouchOutcome> {
  const { directory } = deps;
  const { run, storedKey: key } = check;
  const { startedAtMs, nowMs } = live.clocks;
  const subject = named.names.key;
  const entered = await enterSubject(deps, check, named, startedAtMs);
  if (entered.kind !== 'entered') {
    const how = { nowMs, unknown: 'leave', subject } as const;
    return (await endForSubject(deps, check, entered, how)) ?? live;
  }
  run.assertAwaited();
  const attached = await directory.attach({
    key,
    subject,
    subjectName: named.storedName,
    trace: run.trace,
  });
  switch (attached) {
    case 'attached':
    case 'same':
      named.isSettled();
      return live;
    case 'other':
      // Another request was the first. This session is in the wrong index.
      await directory.leave(subject, [key], { trace: run.trace });
      run.subjectFault = 'other';
      return live;
    case 'unknown':
      // It has ended meanwhile, or not all replicas can read subjects. The next request knows.
      return live;
    default:
      return attached satisfies never;
  }
}

/** The first subject stays. It may have been noted under another server key. */
async function compareUnderOlderKeys(
  { directory }: Pick<SubjectDependencies, 'directory'>,
  check: NamedCheck,
  named: CheckSubject,
): Promise<void> {
  const { run, storedKey: key } = check;
  for (const subject of named.names.olderKeys()) {
    run.assertAwaited();
    // oxlint-disable-next-line no-await-in-loop -- there are few, and only while keys rotate
    const compared = await directory.attach({ key, subject, trace: run.trace });
    if (compared === 'other') continue;
    if (compared === 'same') named.isSettled();
    return;
  }
  run.subjectFault = 'other';
  named.isSettled();
}

/** The store takes no more entries. Sessions that are known go on without. */
function isFull(fault: unknown): boolean {
  if (fault instanceof StoreOverloaded) return true;
  return fault instanceof StoreUnavailable && fault.fault === 'refused';
}
