import type { SessionDirectory } from '../session/session-directory.ts';
import type { SessionStore } from '../session/session-store.ts';
import type { Installation } from './installation.ts';

/**
 * Whether what was sent survives the loss of the primary.
 *
 * - `confirmed`: as many replicas as have to confirm it have it.
 * - `unconfirmed`: they did not confirm it in time, or not every replica of Curfew is of a version
 *   that takes care of it. It was written, and may still be lost.
 * - `nothing_to_confirm`: the store has no replicas.
 */
export type Confirmation = 'confirmed' | 'unconfirmed' | 'nothing_to_confirm';

/**
 * The store as administration uses it: on a connection of its own with longer time limits, so that
 * neither checks nor administration ever wait for each other. Its calls wait up to a second for a
 * connection.
 */
export interface Administration {
  readonly store: SessionStore;
  readonly directory: SessionDirectory;
  readonly installation: Installation;
  /**
   * Waits up to a second until the replicas have every end, lock and unlock that was written here
   * and answered before this call. Never throws.
   */
  confirm(): Promise<Confirmation>;
}
