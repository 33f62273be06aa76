import type { SessionKey } from '../session/session-key.ts';
import type { SubjectKey } from '../session/subject-key.ts';

/** Receives what is heard of ends by any process, this one included. No member may throw. */
export interface EndsListener {
  /** A session was ended or marked, or is about to be found so. */
  sessionEnded(key: SessionKey): void;
  /** The sessions of a subject are being ended, or it was locked. */
  subjectEnded(subject: SubjectKey): void;
  /** Ends may have been missed until now: what is known of sessions may be of another server. */
  missed(): void;
}

/**
 * News of ends, as the store passes them on: usually within milliseconds. Nothing is promised: a
 * message may be lost, late or repeated.
 */
export interface EndsNews {
  /** Begins to listen. To be called once. */
  listen(listener: EndsListener): void;
  /** False once the store has refused to let this process listen. */
  readonly mayListen: boolean;
}
