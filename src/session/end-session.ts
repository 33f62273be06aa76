import { endOf } from './judge-session.ts';
import { presentOf } from './reached-limit.ts';
import type { SessionRecord } from './session-record.ts';
import type { EndOutcome, EndRequest } from './session-store.ts';
import type { SessionStep } from './session-step.ts';

/** The revocation as a pure step: ends a live session now, whatever its deadlines; an ended one stays as it is. */
export function endSession(
  record: SessionRecord | undefined,
  request: EndRequest,
  clockMs: number,
): SessionStep<EndOutcome> {
  if (record === undefined) return { record, outcome: { kind: 'unknown' }, events: [] };
  switch (record.kind) {
    case 'live': {
      const atMs = presentOf(record, clockMs);
      const end = endOf(record, request.key, request.by, { atMs, policy: undefined });
      return {
        record: end.record,
        outcome: { kind: 'ended', endedAtMs: atMs },
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
