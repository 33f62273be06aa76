import type { PendingEnd } from '../../../session/session-directory.ts';
import type { RequestedEnd } from '../../../session/session-record.ts';
import { ENDED_BY } from '../decode-reply.ts';
import { integerOf, textsOf } from '../read-reply.ts';
import type { ScriptRunner } from '../connection/script-runner.ts';
import { unreadableReply } from '../store-fault.ts';
import { isSessionKey, isSubjectKey } from '../store-keys.ts';
import type { PartitionKeys } from '../store-keys.ts';

/** The member of an end in the sorted set of those that are pending, as `begin.lua` writes it. */
export function pendingMember(end: PendingEnd): string {
  const { subject, startedAtMs, by, except = '-', enteredUntilMs } = end;
  return [subject, startedAtMs, by, except, enteredUntilMs].join(' ');
}

/** @throws {StoreUnavailable} for a member that Curfew did not write */
export function pendingOf(member: string): PendingEnd {
  const [subject = '', startedAt, by, except = '', enteredUntil] = member.split(' ');
  const isKey = except === '-' || isSessionKey(except);
  if (!isSubjectKey(subject) || !isRequestedEnd(by) || !isKey) throw unreadableReply();
  return {
    subject,
    startedAtMs: integerOf(startedAt),
    by,
    except: isSessionKey(except) ? except : undefined,
    enteredUntilMs: integerOf(enteredUntil),
  };
}

/** Ends of one partition that began until then and are not finished, the oldest first. */
export async function readPending(
  connection: ScriptRunner,
  { pending }: PartitionKeys,
  untilMs: number,
  max: number,
): Promise<readonly PendingEnd[]> {
  const until = [`${untilMs}`, 'BYSCORE', 'LIMIT', '0', `${max}`];
  return textsOf(await connection.read('ZRANGE', pending, '-inf', ...until)).map(pendingOf);
}

function isRequestedEnd(by: string | undefined): by is RequestedEnd {
  return by !== 'idle' && by !== 'absolute' && ENDED_BY.some((known) => known === by);
}
