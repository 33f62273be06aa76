import { tagOf } from '../../session/session-key.ts';
import type { SessionKey } from '../../session/session-key.ts';
import type { EndOutcome } from '../../session/end-request.ts';
import type { LiveRecord, RequestedEnd, SessionRecord } from '../../session/session-record.ts';
import type { AdminDependencies } from '../admin-dependencies.ts';
import type { CallNotes } from '../call-notes.ts';
import type { AdminAnswer } from '../calls/admin-call.ts';
import { endByCredential } from '../sessions/end-by-credential.ts';
import { findByHandle, findByNames } from '../sessions/find-session.ts';
import { knownSource, retentionOf } from '../sessions/known-source.ts';
import { readCredential } from '../sessions/read-credential.ts';
import { AdminProblem } from '../wire/problem.ts';
import { formatInstant } from '../wire/rfc3339.ts';
import { assertReason } from './assert-reason.ts';
import { endAnswer } from './end-answer.ts';
import type { EndByCredential, EndBySession } from './end-request-schema.ts';
import { streamsEndAfterMs } from './streams-end.ts';

/** Ends the session with a handle or a tag. */
export async function endBySession(
  deps: AdminDependencies,
  notes: CallNotes,
  { session, dry_run: isDry }: EndBySession,
  by: RequestedEnd,
): Promise<AdminAnswer> {
  const { policies } = deps.policies();
  const { store, directory } = deps.administration;
  const { whyKeysIncomplete } = deps;
  const { key, record } = await findByHandle({ directory, whyKeysIncomplete }, session);
  notes.session = tagOf(key);
  if (isDry === true) return counted(record);
  const { source } = record;
  const retentionMs = retentionOf(policies, source);
  const outcome = await store.end({ key, source: { source, retentionMs }, by });
  return answerOf(deps, notes, { key, source, outcome, record: liveIn(record) });
}

/** Ends the session of a credential, also of one that was not seen yet. */
export async function endByCredentialCall(
  deps: AdminDependencies,
  notes: CallNotes,
  body: EndByCredential,
  by: RequestedEnd,
): Promise<AdminAnswer> {
  const { policies } = deps.policies();
  const known = knownSource(policies, body.source);
  const source = known.source.name;
  notes.source = source;
  const read = await readCredential(deps.proof, known.source, body.credential, 'named');
  assertReason(body.reason, body.credential);
  assertReason(body.reason, read.credential);
  notes.reason = body.reason;
  const names = deps.namesOf(source, read.credential);
  const { store, directory } = deps.administration;
  const { whyKeysIncomplete } = deps;
  const found = await findByNames({ directory, whyKeysIncomplete }, names);
  if (body.dry_run === true) return counted(found?.record);
  const { key, outcome } = await endByCredential(store, whyKeysIncomplete, { known, names, by });
  if (outcome.kind !== 'unknown') notes.session = tagOf(key);
  return answerOf(deps, notes, { key, source, outcome, record: liveIn(found?.record) });
}

interface EndedOne {
  readonly key: SessionKey;
  readonly source: string | undefined;
  readonly outcome: EndOutcome;
  readonly record: LiveRecord | undefined;
}

async function answerOf(
  deps: AdminDependencies,
  notes: CallNotes,
  { key, source, outcome, record }: EndedOne,
): Promise<AdminAnswer> {
  if (outcome.kind === 'unknown') {
    throw new AdminProblem('unknown_session', 'no session has this name, so nothing was ended');
  }
  const isNew = outcome.kind === 'ended';
  notes.ended = isNew ? 1 : 0;
  if (isNew && outcome.subject !== undefined) {
    // Only the list of the subject's sessions: the sweeper tidies it up, too.
    await deps.administration.directory.leave(outcome.subject, [key]).catch(() => undefined);
  }
  const nowMs = outcome.endedAtMs;
  const end = {
    ended: isNew ? 1 : 0,
    isFinished: true,
    nowMs,
    streamsEndAfterMs:
      source === undefined
        ? undefined
        : streamsEndAfterMs(deps.policies().policies, source, record, nowMs),
  };
  return endAnswer(deps, end, {
    session: key,
    ended_at: formatInstant(outcome.endedAtMs),
    ended_by: isNew ? undefined : outcome.by,
    was_unknown: isNew && outcome.wasUnknown ? true : undefined,
  });
}

function counted(record: SessionRecord | undefined): AdminAnswer {
  return { status: 200, body: { count: record?.kind === 'live' ? 1 : 0 } };
}

function liveIn(record: SessionRecord | undefined): LiveRecord | undefined {
  return record?.kind === 'live' ? record : undefined;
}
