import type { SessionKey } from './session-key.ts';

/** What is settled at one name of an unknown credential. */
export interface Claim {
  /** The name under which the credential is opened. */
  readonly name: SessionKey;
  /** Another one for each claim, also for a later one at the same place. */
  readonly token: string;
}

/**
 * The claim under which a credential may be opened, after claims at all its names in their order;
 * `undefined`: not now. It is the last one, and it must be the only one that names its own place. A
 * claim of a call that was given up may run late and settle another name. Two checks could then
 * open two names, each by a claim of its own.
 *
 * The model in test/model shows that this keeps one session for each credential, however late
 * anything runs, together with the token and CLAIM_REST_MIN_MS.
 */
export function openableClaim(claims: ReadonlyMap<SessionKey, Claim>): Claim | undefined {
  const last = [...claims.values()].at(-1);
  const [own, other] = [...claims].flatMap(([at, claim]) => (claim.name === at ? [claim] : []));
  return other === undefined && own?.name === last?.name ? own : undefined;
}
