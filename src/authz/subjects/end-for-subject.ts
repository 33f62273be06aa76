import type { EnterOutcome } from '../../session/session-directory.ts';
import type { RequestedEnd } from '../../session/session-record.ts';
import type { SubjectKey } from '../../session/subject-key.ts';
import type { EndedOutcome } from '../../session/touch-outcome.ts';
import type { CheckDependencies } from '../check-dependencies.ts';
import type { NamedCheck } from '../named-check.ts';

/** Why a subject may not have this session. */
type Refused = Exclude<EnterOutcome, { kind: 'entered' }>;

interface EndHow {
  /** By the store's clock. */
  readonly nowMs: number;
  /** What to do about a session that has not opened yet. */
  readonly unknown: 'leave' | 'tombstone';
  /** The subject. */
  readonly subject: SubjectKey;
}

/**
 * Ends the session of a check whose subject may not have it, and says how it ended. `undefined`: it
 * is the session of another subject, so it goes on.
 */
export async function endForSubject(
  { store }: Pick<CheckDependencies, 'store'>,
  check: NamedCheck,
  refused: Refused,
  { nowMs, unknown, subject }: EndHow,
): Promise<EndedOutcome | undefined> {
  const by = endOf(refused);
  check.run.assertAwaited();
  const outcome = await store.end(check.endOf({ by, unknown, subject }));
  switch (outcome.kind) {
    case 'ended':
      return { kind: 'ended', by, endedAtMs: outcome.endedAtMs, nowMs };
    case 'already':
      return { kind: 'ended', by: outcome.by, endedAtMs: outcome.endedAtMs, nowMs };
    case 'unknown':
      return undefined;
    default:
      return outcome satisfies never;
  }
}

function endOf({ kind }: Refused): RequestedEnd {
  switch (kind) {
    case 'locked':
      return 'subject_locked';
    case 'before':
      return 'revoked';
    default:
      return kind satisfies never;
  }
}
