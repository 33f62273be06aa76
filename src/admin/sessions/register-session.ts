import { assertKeysComplete } from '../../authz/find-unknown.ts';
import { enterSubject } from '../../authz/subjects/enter-subject.ts';
import type { SessionDirectory } from '../../session/session-directory.ts';
import type { SessionKey, SessionNames } from '../../session/session-key.ts';
import type { LiveRecord } from '../../session/session-record.ts';
import type { SessionStore, TouchRule } from '../../session/session-store.ts';
import type { SubjectNames } from '../../session/subject-key.ts';
import type { Timeouts } from '../../terms/timeouts.ts';
import { keysOf } from '../subjects/subject-names.ts';
import { AdminProblem } from '../wire/problem.ts';
import { formatInstant } from '../wire/rfc3339.ts';
import { findByNames } from './find-session.ts';
import type { FoundSession } from './find-session.ts';
import type { KnownSource } from './known-source.ts';
import { NO_DEADLINE } from './no-deadline.ts';
import { storedName } from './stored-name.ts';

/** A login that becomes a session. */
export interface Registration {
  readonly known: KnownSource;
  readonly names: SessionNames;
  readonly subject: SubjectNames | undefined;
  /** The subject in clear, only if the policy file asks for that. */
  readonly subjectName: string | undefined;
  readonly startedAtMs: number | undefined;
  readonly ownLimits: Timeouts | undefined;
}

export interface RegisterDependencies {
  readonly store: SessionStore;
  readonly directory: SessionDirectory;
  whyKeysIncomplete(): string | undefined;
}

/** No policy judges a registration. Only the limits of the session itself hold. */
const RULE: TouchRule = Object.freeze({
  policy: '',
  idleTimeoutMs: undefined,
  absoluteTimeoutMs: undefined,
  onExpiry: 'end',
  mode: 'enforce',
  // A second registration of the same session is not activity of its user.
  countsAsActivity: false,
  maxStalenessMs: 0,
});

/**
 * Opens a session that a login service announces.
 * @returns the session, and whether this call opened it
 * @throws {AdminProblem} if it has ended, its subject is locked, or it is there in another form
 */
export async function registerSession(
  deps: RegisterDependencies,
  registration: Registration,
): Promise<{ readonly found: FoundSession; readonly isNew: boolean }> {
  const known = await findByNames(deps, registration.names);
  if (known !== undefined) return { found: await agree(deps, registration, known), isNew: false };
  const { name: key, claim } = await storedName(deps.store, registration.names);
  await admit(deps, registration, key);
  const { startedAtMs, ownLimits, subjectName, subject } = registration;
  const outcome = await deps.store.open({
    key,
    rule: RULE,
    source: registration.known.rule,
    opening: 'registered',
    startedAtMs,
    subject: subject?.key,
    subjectName,
    ownLimits,
    claim,
  });
  const described = await deps.directory.describe(key);
  if (described === undefined) throw new Error('a session has gone that was opened just now');
  const found = { key, ...described };
  const isNew = outcome.kind === 'live' && outcome.opened;
  return { found: isNew ? found : await agree(deps, registration, found), isNew };
}

/** The session is there: it must be what the caller wants to register. */
async function agree(
  deps: RegisterDependencies,
  registration: Registration,
  found: FoundSession,
): Promise<FoundSession> {
  const { key, record } = found;
  const { subject, subjectName, ownLimits, startedAtMs } = registration;
  if (record.kind === 'tombstone') throw hasEnded(key, record.endedBy, record.endedAtMs);
  if (!isAsTight(record, ownLimits)) {
    const detail =
      'the session was opened without these limits, which can only be set when it opens; end it, ' +
      'and register it before its first request';
    throw new AdminProblem('limits_differ', detail, { session: key });
  }
  if (subject === undefined) return found;
  if (record.subject !== undefined) {
    if (keysOf(subject).includes(record.subject)) return found;
    throw differs(key);
  }
  await admit(deps, { ...registration, startedAtMs: startedAtMs ?? record.startedAtMs }, key);
  const attached = await deps.directory.attach({ key, subject: subject.key, subjectName });
  if (attached === 'other') throw differs(key);
  // It may have ended meanwhile. Then nothing was attached, and it must not be taken for live.
  const described = await deps.directory.describe(key);
  if (described === undefined) return found;
  const { record: now } = described;
  if (now.kind === 'tombstone') throw hasEnded(key, now.endedBy, now.endedAtMs);
  return { key, ...described };
}

/**
 * Enters the session into the index of its subject. If the subject may not have it now, the session
 * ends, also one that was never used: no request may open it without a subject.
 */
async function admit(
  deps: RegisterDependencies,
  { known, subject: names, startedAtMs: loginAtMs }: Registration,
  session: SessionKey,
): Promise<void> {
  if (names === undefined) return;
  // A lock may be noted under each server key.
  assertKeysComplete(deps);
  const { store, directory } = deps;
  const { retentionMs } = known.rule;
  const entering = { run: NO_DEADLINE, storedKey: session, retentionMs };
  const admitted = await enterSubject({ directory }, entering, { names }, loginAtMs);
  if (admitted.kind === 'entered') return;
  const by = admitted.kind === 'locked' ? 'subject_locked' : 'revoked';
  await store.end({ key: session, source: known.rule, by, unknown: 'tombstone' });
  if (admitted.kind === 'before') throw hasEnded(session, by, admitted.endedAtMs);
  throw new AdminProblem('subject_locked', 'unlock the subject first, if it may log in again', {
    session,
    ...(admitted.untilMs === 'forever' ? {} : { locked_until: formatInstant(admitted.untilMs) }),
  });
}

function isAsTight({ ownLimits: known }: LiveRecord, wanted: Timeouts | undefined): boolean {
  const isWithin = (limit: keyof Timeouts): boolean =>
    wanted?.[limit] === undefined || (known?.[limit] ?? Infinity) <= wanted[limit];
  return isWithin('idleTimeoutMs') && isWithin('absoluteTimeoutMs');
}

function hasEnded(session: SessionKey, by: string, atMs: number): AdminProblem {
  return new AdminProblem('session_ended', `this credential cannot be used again: ${by}`, {
    session,
    ended_by: by,
    ended_at: formatInstant(atMs),
  });
}

function differs(session: SessionKey): AdminProblem {
  const detail = 'the first subject of a session stays; end it if it was registered by mistake';
  return new AdminProblem('subject_differs', detail, { session });
}
