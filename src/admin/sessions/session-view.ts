import type { PolicySet } from '../../policy/selection/policy-set.ts';
import { tightened } from '../../session/own-limits.ts';
import { reachesAtMs } from '../../session/reached-limit.ts';
import type { LiveRecord, SessionRecord } from '../../session/session-record.ts';
import { formatDuration } from '../../terms/duration.ts';
import type { EffectivePolicy } from '../../terms/effective-policy.ts';
import type { Timeouts } from '../../terms/timeouts.ts';
import { subjectTag } from '../subjects/subject-names.ts';
import { formatInstant } from '../wire/rfc3339.ts';
import type { FoundSession } from './find-session.ts';
import type { SessionItem, SessionView } from './session-schema.ts';

/** A session, without its deadlines. */
export function sessionItem({ key, record }: Pick<FoundSession, 'key' | 'record'>): SessionItem {
  const { source, subject, subjectName, startedAtMs } = record;
  return {
    session: key,
    source,
    subject: subjectName,
    subject_tag: subject && subjectTag(subject),
    state: record.kind === 'live' ? 'live' : 'ended',
    started_at: startedAtMs === undefined ? undefined : formatInstant(startedAtMs),
    ...stateOf(record),
  };
}

/** A session with its deadlines under the policies that are in use now. */
export function sessionView(found: FoundSession, policies: PolicySet): SessionView {
  const { record } = found;
  const readers = record.kind === 'live' ? readersOf(policies, record.source) : [];
  return {
    ...sessionItem(found),
    policies: readers.map((policy) => ({
      policy: policy.name,
      mode: policy.mode,
      ...(record.kind === 'live' && deadlinesOf(record, policy)),
    })),
  };
}

/** The policies with limits for the sessions of a source, in file order. */
export function readersOf(policies: PolicySet, source: string): readonly EffectivePolicy[] {
  return policies.policies.filter(
    ({ session, sources }) =>
      (session === 'required' || session === 'optional') && sources.has(source),
  );
}

function stateOf(record: SessionRecord): Partial<SessionItem> {
  switch (record.kind) {
    case 'live':
      return {
        last_activity_at: formatInstant(record.lastActivityAtMs),
        longest_gap: formatDuration(record.longestGapMs),
        limits: record.ownLimits && limitsOf(record.ownLimits),
      };
    case 'tombstone':
      return { ended_at: formatInstant(record.endedAtMs), ended_by: record.endedBy };
    default:
      return record satisfies never;
  }
}

function limitsOf({ idleTimeoutMs, absoluteTimeoutMs }: Timeouts): SessionItem['limits'] {
  return {
    idle: idleTimeoutMs === undefined ? undefined : formatDuration(idleTimeoutMs),
    absolute: absoluteTimeoutMs === undefined ? undefined : formatDuration(absoluteTimeoutMs),
  };
}

function deadlinesOf(record: LiveRecord, policy: Timeouts) {
  const { idleTimeoutMs, absoluteTimeoutMs } = tightened(policy, record.ownLimits);
  // The limits are tightened already: each is looked at by itself.
  const bare = { ...record, ownLimits: undefined };
  const only = { idleTimeoutMs: undefined, absoluteTimeoutMs: undefined };
  return {
    idle_deadline_at: instantOf(reachesAtMs(bare, { ...only, idleTimeoutMs })),
    absolute_deadline_at: instantOf(reachesAtMs(bare, { ...only, absoluteTimeoutMs })),
  };
}

function instantOf(atMs: number): string | undefined {
  return Number.isFinite(atMs) ? formatInstant(atMs) : undefined;
}
