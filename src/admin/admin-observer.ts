import type { CallNotes } from './call-notes.ts';

/** How a call ended, for a label of metrics. */
export const ADMIN_RESULTS = [
  'ok',
  /** Carried out, but not durable yet (202). */
  'accepted',
  'unauthenticated',
  'forbidden',
  /** Any other mistake of the caller. */
  'refused',
  /** No fault of the caller's: nothing is known of the effect. */
  'failed',
] as const;
export type AdminResult = (typeof ADMIN_RESULTS)[number];

/** One answered call. It contains no credential, no token, and no whole session key. */
export interface AdminObservation extends Readonly<CallNotes> {
  readonly status: number;
  readonly result: AdminResult;
  readonly durationMs: number;
  /** The address of the client; empty on a Unix socket. */
  readonly peer: string;
}

/** Receives every call of administration once, when it was answered. Must not throw. */
export interface AdminObserver {
  called(observation: AdminObservation): void;
}

/** The result that a status stands for. */
export function resultOf(status: number): AdminResult {
  if (status === 202) return 'accepted';
  if (status < 400) return 'ok';
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'forbidden';
  return status < 500 ? 'refused' : 'failed';
}
