import type { PolicySet } from '../../policy/selection/policy-set.ts';
import type { SessionKey } from '../../session/session-key.ts';
import type { RequestedEnd } from '../../session/session-record.ts';
import type { SubjectKey } from '../../session/subject-key.ts';
import type { AdminDependencies } from '../admin-dependencies.ts';
import type { CallNotes } from '../call-notes.ts';
import type { AdminAnswer } from '../calls/admin-call.ts';
import { findByHandle } from '../sessions/find-session.ts';
import { countSessions } from '../subjects/count-sessions.ts';
import type { CountedSessions } from '../subjects/count-sessions.ts';
import { namedSubject } from '../subjects/subject-names.ts';
import { wholeSubjectState } from '../subjects/subject-state.ts';
import { AdminProblem } from '../wire/problem.ts';
import { formatInstant } from '../wire/rfc3339.ts';
import { endAnswer } from './end-answer.ts';
import type { EndBySubject } from './end-request-schema.ts';
import { endSubject } from './end-subject.ts';
import { PREVIEW_MAX_MS, previewedAtMs, previewOf } from './preview.ts';
import { streamsEndAfterMs } from './streams-end.ts';

/** Ends all sessions of a subject, or all but one. More than one needs a dry run before. */
export async function endBySubject(
  deps: AdminDependencies,
  notes: CallNotes,
  body: EndBySubject,
  by: RequestedEnd,
): Promise<AdminAnswer> {
  const { policies } = deps.policies();
  const { directory } = deps.administration;
  const { keys } = namedSubject(deps, notes, body.subject);
  const except = await exceptedKey(deps, body.except, keys);
  const selection = { subject: body.subject, except };
  const { nowMs } = await wholeSubjectState(directory, keys);
  const seals = deps.seals('preview');
  const atMs =
    body.confirm === undefined ? undefined : previewedAtMs(seals, body.confirm, selection, nowMs);
  const counted = await countSessions(directory, keys, { except, untilMs: atMs ?? Infinity });
  if (body.dry_run === true) {
    return {
      status: 200,
      body: {
        count: counted.until + counted.later,
        preview: previewOf(seals, selection, nowMs),
        preview_until: formatInstant(nowMs + PREVIEW_MAX_MS),
      },
    };
  }
  if (atMs === undefined && counted.until > 1) {
    const detail = 'repeat this call with dry_run: true, then with confirm and what it returned';
    throw new AdminProblem('preview_required', detail, { count: counted.until });
  }
  const { ended, isFinished } = await endSubject(deps, policies, keys, {
    by,
    except,
    enteredUntilMs: atMs,
  });
  notes.ended = ended;
  const streamsMs = longestStreamsMs(policies, counted, nowMs);
  return endAnswer(
    deps,
    { ended, isFinished, nowMs, streamsEndAfterMs: streamsMs },
    { opened_since: atMs === undefined ? undefined : counted.later },
  );
}

/** The longest over the sources of all sessions. */
export function longestStreamsMs(
  policies: PolicySet,
  { sources }: Pick<CountedSessions, 'sources'>,
  nowMs: number,
): number | undefined {
  const all = [...sources].map((source) => streamsEndAfterMs(policies, source, undefined, nowMs));
  return all.includes(undefined) ? undefined : Math.max(0, ...all.map((openMs) => openMs ?? 0));
}

/** A session that is to go on must be one of the subject's: a wrong handle would spare none. */
async function exceptedKey(
  deps: AdminDependencies,
  handle: string | undefined,
  keys: readonly SubjectKey[],
): Promise<SessionKey | undefined> {
  if (handle === undefined) return undefined;
  const { directory } = deps.administration;
  const { whyKeysIncomplete } = deps;
  const { key, record } = await findByHandle({ directory, whyKeysIncomplete }, handle);
  const isOwn = record.subject !== undefined && keys.includes(record.subject);
  if (record.kind === 'live' && isOwn) return key;
  const detail = 'the session to except is not a live session of this subject; nothing was ended';
  throw new AdminProblem('unknown_session', detail);
}
