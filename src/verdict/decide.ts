import type { EffectivePolicy, Selection } from '../terms/effective-policy.ts';
import type { Source } from '../terms/source.ts';
import type { LoginOutcome } from '../session/session-store.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import { REASON_OF_END, type DenyReason } from './reason.ts';
import type { Allow, Deny, NoVerdict } from './verdict.ts';

/** What of a selection decides about a session. */
export type JudgingSelection = Pick<Selection, 'policy' | 'isDoubtful' | 'isPrefetch'>;

/**
 * The verdict on what the store found, by the policy that asked. Pure and total.
 *
 * @param source whose credential it is: an unknown one passes as no session only if sessions are
 * registered; on first use it should have opened one
 */
export function decide(
  outcome: TouchOutcome,
  selection: JudgingSelection,
  source: Source,
): Allow | Deny {
  const { policy } = selection;
  if (policy.session === 'off') return { kind: 'allow', reason: 'session_off' };
  if (outcome.kind === 'live') return { kind: 'allow', reason: 'ok' };
  if (
    policy.session === 'optional' &&
    (outcome.kind !== 'unknown' || source.opening === 'registered')
  ) {
    return { kind: 'allow', reason: 'session_absent' };
  }
  return refuse(refusal(outcome, selection, source), policy);
}

/** Why the store need not be asked: the request names no session. */
export type SessionlessReason = Extract<
  DenyReason,
  'no_credential' | 'malformed_credential' | 'ambiguous_credential' | 'invalid_token'
>;

/**
 * The verdict on a request that names no session.
 *
 * Only a request without any credential passes an optional policy. A broken or contradictory
 * credential does not make an anonymous visitor, because an application may read it differently.
 */
export function decideWithoutSession(
  reason: SessionlessReason,
  policy: EffectivePolicy,
): Allow | Deny {
  if (policy.session === 'off') return { kind: 'allow', reason: 'session_off' };
  if (reason === 'no_credential' && policy.session !== 'required') {
    return { kind: 'allow', reason: 'session_absent' };
  }
  return refuse(reason, policy);
}

/**
 * The verdict on a page or call of a login, by what the store found for each credential on it. A
 * login is always reached; the reason says whether a live session stays on the request.
 */
export function decideLogin(outcomes: readonly LoginOutcome[]): Allow {
  const isLive = outcomes.some(({ kind }) => kind === 'live' || kind === 'over');
  return { kind: 'allow', reason: isLive ? 'ok' : 'session_absent' };
}

/**
 * The answer to our own fault: no verdict, so that Envoy's failure mode decides and no session
 * ends. A policy that only observes must not stop a request, so it allows and names the fault.
 *
 * @param policy the judging policy; `undefined` when the fault came before one was selected
 */
export function decideFault(
  fault: NoVerdict,
  policy: EffectivePolicy | undefined,
): Allow | NoVerdict {
  return policy?.mode === 'observe' ? { kind: 'allow', reason: fault.reason } : fault;
}

/** Under `mode: observe` a denial becomes an allow with the same reason. */
function refuse(reason: DenyReason, policy: EffectivePolicy): Allow | Deny {
  return policy.mode === 'observe' ? { kind: 'allow', reason } : { kind: 'deny', reason };
}

function refusal(
  outcome: Exclude<TouchOutcome, { kind: 'live' }>,
  { policy, isDoubtful, isPrefetch }: JudgingSelection,
  source: Source,
): DenyReason {
  switch (outcome.kind) {
    case 'expired': {
      // The session stays live for other policies: only this request is refused, until a new login.
      const isKept =
        outcome.effect === 'kept' &&
        (isDoubtful || isPrefetch || policy.onExpiry.get(source.name) === 'challenge');
      return isKept ? 'reauthentication_required' : REASON_OF_END[outcome.by];
    }
    case 'ended':
      return REASON_OF_END[outcome.by];
    case 'unknown':
      return 'unknown_session';
    default:
      return outcome satisfies never;
  }
}
