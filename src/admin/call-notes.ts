import type { SessionTag } from '../session/session-key.ts';
import type { Actor } from './access/actor.ts';
import type { Role } from './access/grant.ts';
import type { CallName } from './calls/call-name.ts';
import type { ProblemCode } from './wire/problem.ts';

/** What is noted about a call while it is answered, for the log and the metrics. */
export interface CallNotes {
  call: CallName | undefined;
  actor: Actor | undefined;
  /** The role under which the caller may make the call. */
  role: Role | undefined;
  /** Only of a session that exists: anything else that a caller sends may be a credential. */
  session: SessionTag | undefined;
  /** The start of the keyed hash of the subject. */
  subject: string | undefined;
  /** The name of a configured source. */
  source: string | undefined;
  /** How many sessions the call has ended. */
  ended: number | undefined;
  /** Why, in the words of the caller. */
  reason: string | undefined;
  /** The code of the problem document; `undefined` after success. */
  problem: ProblemCode | undefined;
  /** The unforeseen error that kept the call from an answer. */
  fault: Error | undefined;
}

export function noNotes(): CallNotes {
  return {
    call: undefined,
    actor: undefined,
    role: undefined,
    session: undefined,
    subject: undefined,
    source: undefined,
    ended: undefined,
    reason: undefined,
    problem: undefined,
    fault: undefined,
  };
}
