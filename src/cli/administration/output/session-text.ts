import type { OwnLimits, SessionAnswer } from '../asking/session-answers.ts';
import { fieldsText, tableText } from './table.ts';
import type { Field } from './table.ts';
import { instantText } from './time-text.ts';

/** As long as logs and metadata show it. */
const TAG_CHARACTERS = 12;

/** Why a session ended, in words. */
const ENDED_BY: Readonly<Record<string, string>> = {
  idle: 'idle timeout',
  absolute: 'absolute timeout',
  revoked: 'ended by an operator or a program',
  signed_out: 'signed out',
  subject_locked: 'its user was locked',
  session_limit: 'too many sessions of its user',
};

/** Whether a session is live, and if it is not, why. */
export function stateText({ state, ended_by: endedBy }: SessionAnswer): string {
  if (endedBy === undefined) return state;
  return `${state}: ${endedByWords(endedBy)}`;
}

/** Why a session has ended; a newer server may know more. */
export function endedByWords(endedBy: string): string {
  return ENDED_BY[endedBy] ?? endedBy;
}

/** One line for each session. */
export function sessionsTable(sessions: readonly SessionAnswer[], nowMs: number): string {
  const rows = sessions.map((one) => [
    one.session.slice(0, TAG_CHARACTERS),
    one.source ?? '',
    stateText(one),
    timeText(one.started_at, nowMs),
    timeText(one.ended_at ?? one.last_activity_at, nowMs),
  ]);
  return tableText([['SESSION', 'SOURCE', 'STATE', 'STARTED', 'LAST ACTIVITY OR END'], ...rows]);
}

/** One session with all that is known of it. */
export function sessionText(session: SessionAnswer, nowMs: number): string {
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['session', session.session],
    ['state', stateText(session)],
    ['source', session.source],
    ['subject', session.subject ?? taggedText(session.subject_tag)],
    ['own limits', limitsText(session.limits)],
    ['started', session.started_at && instantText(session.started_at, nowMs)],
    ['last activity', session.last_activity_at && instantText(session.last_activity_at, nowMs)],
    ['longest gap', session.longest_gap],
    ['ended', session.ended_at && instantText(session.ended_at, nowMs)],
  ];
  const known = fields.filter((field): field is Field => Boolean(field[1]));
  const { policies = [] } = session;
  if (policies.length === 0) return fieldsText(known);
  const rows = policies.map((one) => [
    one.policy,
    one.mode,
    deadlineText(one.idle_deadline_at, nowMs),
    deadlineText(one.absolute_deadline_at, nowMs),
  ]);
  return `${fieldsText(known)}\n${tableText([['POLICY', 'MODE', 'IDLE DEADLINE', 'ABSOLUTE DEADLINE'], ...rows])}`;
}

/** The subject itself is stored only if the policy file says so. */
function taggedText(tag: string | undefined): string | undefined {
  return tag === undefined ? undefined : `stored by its hash, ${tag}`;
}

function limitsText(limits: OwnLimits | undefined): string {
  return Object.entries(limits ?? {})
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
}

function timeText(at: string | undefined, nowMs: number): string {
  return at === undefined ? '' : instantText(at, nowMs);
}

function deadlineText(at: string | undefined, nowMs: number): string {
  return at === undefined ? 'none' : instantText(at, nowMs);
}
