import type { EndOutcome, EndRequest } from './end-request.ts';
import { presentOf } from './reached-limit.ts';
import type { EndedEvent } from './session-event.ts';
import type { SessionKey } from './session-key.ts';
import type { EndedBy, LiveRecord, SessionRecord, Tombstone } from './session-record.ts';
import type { SessionStep } from './session-step.ts';

/**
 * The end on request as a pure step: ends a live session now, whatever its deadlines are. A session
 * that has ended stays as it is.
 *
 * In Redis, `end.lua` does the same; the conformance suite keeps them equal.
 */
export function endSession(
  record: SessionRecord | undefined,
  request: EndRequest,
  clockMs: number,
): SessionStep<EndOutcome> {
  if (record === undefined) return endUnknown(request, clockMs);
  switch (record.kind) {
    case 'live': {
      if (isOfAnother(record, request)) return nothingToEnd(record);
      const presentMs = presentOf(record, clockMs);
      const atMs = Math.min(request.endedAtMs ?? presentMs, presentMs);
      const end = endOf(record, request.key, request.by, { atMs, policy: request.policy });
      const { startedAtMs, source, subject } = record;
      return {
        record: end.record,
        outcome: {
          kind: 'ended',
          endedAtMs: atMs,
          startedAtMs,
          source,
          subject,
          wasUnknown: false,
        },
        events: [end.event],
      };
    }
    case 'tombstone': {
      const { endedBy, endedAtMs } = record;
      return { record, outcome: { kind: 'already', by: endedBy, endedAtMs }, events: [] };
    }
    default:
      return record satisfies never;
  }
}

function isOfAnother({ subject }: LiveRecord, request: EndRequest): boolean {
  return request.subject !== undefined && subject !== undefined && subject !== request.subject;
}

// The credential was not seen yet.
function endUnknown(request: EndRequest, clockMs: number): SessionStep<EndOutcome> {
  const { key, source, by, subject, policy } = request;
  if (request.unknown !== 'tombstone') return nothingToEnd(undefined);
  const endedAtMs = Math.min(request.endedAtMs ?? clockMs, clockMs);
  const ended = {
    kind: 'ended',
    startedAtMs: undefined,
    source: source.source,
    subject,
  } as const;
  const event = {
    by,
    atMs: endedAtMs,
    session: key,
    source: source.source ?? '',
    policy,
  };
  return {
    record: {
      kind: 'tombstone',
      source: source.source,
      startedAtMs: undefined,
      endedAtMs,
      endedBy: by,
      subject,
      subjectName: undefined,
    },
    outcome: { ...ended, endedAtMs, wasUnknown: true },
    events: [{ kind: 'ended', ...event, subject }],
  };
}

function nothingToEnd(record: SessionRecord | undefined): SessionStep<EndOutcome> {
  return { record, outcome: { kind: 'unknown' }, events: [] };
}

/** The end of one live session: its tombstone, and the event that reports it. */
export function endOf(
  record: LiveRecord,
  key: SessionKey,
  by: EndedBy,
  end: { readonly atMs: number; readonly policy: string | undefined },
): { readonly record: Tombstone; readonly event: EndedEvent } {
  const { source, startedAtMs, subject, subjectName } = record;
  const { atMs, policy } = end;
  return {
    record: {
      kind: 'tombstone',
      source,
      startedAtMs,
      endedAtMs: atMs,
      endedBy: by,
      subject,
      subjectName,
    },
    event: { kind: 'ended', by, atMs, session: key, source, policy, subject },
  };
}
