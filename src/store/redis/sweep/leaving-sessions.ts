import type { SessionKey } from '../../../session/session-key.ts';
import type { SubjectKey } from '../../../session/subject-key.ts';
import type { StoreObserver, WrittenEvent } from '../../store-observer.ts';

/** Sessions that wait at most. The review of the indexes finds those that are left out. */
const SESSIONS_MAX = 10_000;

/**
 * Sessions of subjects that this replica has ended, until the sweeper takes them out of the indexes.
 * A script cannot do that when it ends one: the index is in the partition of the subject.
 */
export class LeavingSessions implements StoreObserver {
  #sessions = new Map<SubjectKey, SessionKey[]>();
  #count = 0;

  wrote(event: WrittenEvent): void {
    if (event.kind !== 'ended' || event.subject === undefined) return;
    if (this.#count >= SESSIONS_MAX) return;
    const { subject, session } = event;
    this.#count += 1;
    const sessions = this.#sessions.get(subject);
    if (sessions === undefined) this.#sessions.set(subject, [session]);
    else sessions.push(session);
  }

  /** Those that wait, by their subjects. They are not returned again. */
  take(): ReadonlyMap<SubjectKey, readonly SessionKey[]> {
    const taken = this.#sessions;
    this.#sessions = new Map();
    this.#count = 0;
    return taken;
  }
}
