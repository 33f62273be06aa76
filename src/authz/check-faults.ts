import { StoreOverloaded } from '../session/session-store.ts';

// Faults of ours that keep a check from a verdict, beside StoreUnavailable and StoreOverloaded.
// `fault-answer.ts` says how the caller is answered.

/**
 * As many checks as allowed are waiting for the store or a key fetch. A further one is refused
 * before it costs anything.
 */
export class CheckOverloaded extends Error {
  readonly code = 'ERR_CHECK_OVERLOADED';
  constructor(inFlightMax: number) {
    super(`${inFlightMax} checks are in flight`);
    this.name = 'CheckOverloaded';
  }
}

/** The caller has hung up and does not wait for the answer any more. */
export class CheckAbandoned extends Error {
  readonly code = 'ERR_CHECK_ABANDONED';
  constructor() {
    super('the caller has hung up');
    this.name = 'CheckAbandoned';
  }
}

/**
 * An unknown credential opens no session now, because this replica has reached its limit. Known
 * sessions go on.
 */
export class OpeningsAtLimit extends StoreOverloaded {
  constructor() {
    super('openings per second are at their limit');
    this.name = 'OpeningsAtLimit';
  }
}

/** Other replicas may know this session under a server key that this one is missing. */
export class ServerKeysIncomplete extends Error {
  readonly code = 'ERR_SERVER_KEYS_INCOMPLETE';
  constructor(message: string) {
    super(message);
    this.name = 'ServerKeysIncomplete';
  }
}

/** The token verifier could not get the issuer's keys. */
export class TokenKeysUnavailable extends Error {
  readonly code = 'ERR_TOKEN_KEYS_UNAVAILABLE';
  constructor(message: string) {
    super(message);
    this.name = 'TokenKeysUnavailable';
  }
}

/** The keys did not come before the answer had to be given. */
export function lateKeys(): TokenKeysUnavailable {
  return new TokenKeysUnavailable('the token could not be verified within the decision budget');
}

/** The route names a policy that the file does not have, or does not offer by name. */
export class UnknownPolicyNamed extends Error {
  readonly code = 'ERR_UNKNOWN_POLICY_NAMED';
  constructor() {
    super('context_extensions "curfew-policy" is not the name of a policy that has by_name: true');
    this.name = 'UnknownPolicyNamed';
  }
}
