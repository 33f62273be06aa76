import type { EffectivePolicy, Selection } from '../session/effective-policy.ts';
import type { Source } from '../session/source.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import type { DenyReason, NoVerdictReason, Verdict } from './verdict.ts';

/**
 * What the store found, judged by the policy that asked. Pure and total.
 *
 * @param opening the source's: only a credential that the login service never registered is nobody's
 */
export function decide(
  outcome: TouchOutcome,
  selection: Selection,
  opening: Source['opening'],
): Verdict {
  const { policy } = selection;
  if (policy.session === 'off') return { kind: 'allow', reason: 'session_off' };
  if (outcome.kind === 'live') return { kind: 'allow', reason: 'ok' };
  if (policy.session === 'optional' && (outcome.kind !== 'unknown' || opening === 'registered')) {
    return { kind: 'allow', reason: 'session_absent' };
  }
  return refuse(refusal(outcome, selection), policy);
}

/** Why a request needs no look at the store: what it carries names no session. */
export type SessionlessReason = Extract<
  DenyReason,
  'no_credential' | 'malformed_credential' | 'ambiguous_credential' | 'invalid_token'
>;

/**
 * The verdict on a request that names no session.
 *
 * Only a request without any credential passes an optional policy: one that is broken or contradicts itself is
 * no anonymous visitor, because an application may read it otherwise than we do.
 */
export function decideWithoutSession(reason: SessionlessReason, policy: EffectivePolicy): Verdict {
  if (policy.session === 'off') return { kind: 'allow', reason: 'session_off' };
  if (reason === 'no_credential' && policy.session === 'optional') {
    return { kind: 'allow', reason: 'session_absent' };
  }
  return refuse(reason, policy);
}

/**
 * What our own fault comes to: no verdict, so that Envoy's failure mode rules and nobody is logged out. A policy that
 * only observes must not stop anybody, so it allows and names the fault.
 *
 * @param policy the judging policy, or `undefined` when the fault came before one was selected
 */
export function decideFault(reason: NoVerdictReason, policy: EffectivePolicy | undefined): Verdict {
  return policy?.mode === 'observe' ? { kind: 'allow', reason } : { kind: 'none', reason };
}

/** Observing answers what enforcing would have, as an allow with that reason. */
function refuse(reason: DenyReason, policy: EffectivePolicy): Verdict {
  return policy.mode === 'observe' ? { kind: 'allow', reason } : { kind: 'deny', reason };
}

function refusal(
  outcome: Exclude<TouchOutcome, { kind: 'live' }>,
  { policy, ambiguousPath }: Selection,
): DenyReason {
  switch (outcome.kind) {
    case 'expired': {
      // The session lives on elsewhere: this request alone is refused, for want of a fresh login.
      const isKept =
        outcome.effect === 'kept' && (ambiguousPath || policy.onExpiry === 'challenge');
      return isKept ? 'reauthentication_required' : timeout(outcome.by);
    }
    case 'ended':
      return outcome.by === 'revoked' ? 'revoked' : timeout(outcome.by);
    case 'unknown':
      return 'unknown_session';
    default:
      return outcome satisfies never;
  }
}

function timeout(by: 'idle' | 'absolute'): 'idle_timeout' | 'absolute_timeout' {
  return by === 'idle' ? 'idle_timeout' : 'absolute_timeout';
}
