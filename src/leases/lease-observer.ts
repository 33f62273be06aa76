import type { QuestionCause } from './lease.ts';

/**
 * Why leases were given up. `heard`: another process has ended the session. `own`: this process ends
 * or marks it. `reply`: the store says that the session is not live. `room`: others were used more
 * lately. `policies`, `keys`: the policy file or the server keys have changed. `clock`: the clocks of
 * this process disagree. `deaf`: ends may have been missed, as while another primary took over.
 */
export const DROP_CAUSES = [
  'heard',
  'own',
  'reply',
  'room',
  'policies',
  'keys',
  'clock',
  'deaf',
] as const;
export type DropCause = (typeof DROP_CAUSES)[number];

/** Receives what leases do, for metrics. Called in every check, so it must be quick. */
export interface LeaseObserver {
  /** A check was answered by a lease of this age. */
  used?(ageMs: number): void;
  /** A check shared the reply to another one, which was not sent yet. */
  shared?(): void;
  /** The store was asked. */
  asked?(cause: QuestionCause): void;
  dropped?(cause: DropCause, count: number): void;
}
