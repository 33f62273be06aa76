import { presentOf } from './reached-limit.ts';
import type { SessionRecord } from './session-record.ts';
import type { TouchRequest } from './session-store.ts';
import type { SessionStep } from './session-step.ts';
import { touchLiveSession } from './touch-live-session.ts';
import type { TouchOutcome } from './touch-outcome.ts';

/**
 * The touch as a pure step: checks, refreshes or ends the session. `clockMs` is the store's clock.
 */
export function touchSession(
  record: SessionRecord | undefined,
  request: TouchRequest,
  clockMs: number,
): SessionStep<TouchOutcome> {
  if (record === undefined) {
    return { record, outcome: { kind: 'unknown', nowMs: clockMs }, events: [] };
  }
  switch (record.kind) {
    case 'live':
      return touchLiveSession(record, request, presentOf(record, clockMs));
    case 'tombstone': {
      const { endedBy, endedAtMs } = record;
      const nowMs = Math.max(clockMs, endedAtMs);
      return { record, outcome: { kind: 'ended', by: endedBy, endedAtMs, nowMs }, events: [] };
    }
    default:
      return record satisfies never;
  }
}
