import { keyFingerprint } from './session-names.ts';

/** A server key and the fingerprint that names it in logs, in metrics and to other replicas. */
export interface RingKey {
  readonly secret: Uint8Array;
  readonly fingerprint: string;
  /** When it was added to the ring, on the monotonic clock. */
  readonly sinceMs: number;
}

export function ringKey(secret: Uint8Array, sinceMs: number): RingKey {
  return { secret, fingerprint: keyFingerprint(secret), sinceMs };
}
