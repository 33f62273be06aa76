import type { AdminObservation } from '../../../src/admin/admin-observer.ts';
import { noNotes } from '../../../src/admin/call-notes.ts';

/** A call of an operator that has ended a session; every part can be replaced. */
export function adminCall(call: Partial<AdminObservation> = {}): AdminObservation {
  return {
    ...noNotes(),
    call: 'end_sessions',
    role: 'operator',
    status: 200,
    result: 'ok',
    durationMs: 12,
    peer: '127.0.0.1',
    ...call,
  };
}
