import type { PolicySet } from '../../policy/selection/policy-set.ts';
import type { PendingEnd, SubjectEndRequest } from '../../session/session-directory.ts';
import { StoreUnavailable } from '../../session/session-store.ts';
import type { SubjectKey } from '../../session/subject-key.ts';
import type { AdminDependencies } from '../admin-dependencies.ts';

/** Shorter than a client waits for an answer. Then the sweeper goes on. */
const FINISH_MAX_MS = 10_000;

/** What came of an end of a subject. */
export interface EndedSubject {
  readonly ended: number;
  /** Whether all its sessions have ended; otherwise the sweeper goes on. */
  readonly isFinished: boolean;
}

type Dependencies = Pick<AdminDependencies, 'administration' | 'finishSubjectEnd' | 'monotonicMs'>;

/**
 * Ends sessions of a subject, under all keys that it has. Once the end is noted for one of them it
 * will be carried out, whatever happens to this call.
 * @throws {StoreUnavailable} if it could not be noted for all keys
 */
export async function endSubject(
  { administration, finishSubjectEnd, monotonicMs }: Dependencies,
  policies: PolicySet,
  keys: readonly SubjectKey[],
  request: Omit<SubjectEndRequest, 'subject' | 'retentionMs'>,
): Promise<EndedSubject> {
  const retentionMs = policies.retentionMaxMs;
  const untilMs = monotonicMs() + FINISH_MAX_MS;
  const options = { retentionMs, mayGoOn: () => monotonicMs() < untilMs };
  const begin = (subject: SubjectKey): Promise<PendingEnd> =>
    administration.directory.beginSubjectEnd({ ...request, subject, retentionMs });
  const pending = await Promise.all(keys.map(begin));
  let ended = 0;
  let isFinished = true;
  for (const end of pending) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- there is rarely more than one
      const finished = await finishSubjectEnd(end, options);
      ended += finished.ended;
      isFinished &&= finished.isFinished;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      isFinished = false;
    }
  }
  return { ended, isFinished };
}
