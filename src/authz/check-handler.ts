import { identify } from '../identity/identify.ts';
import { carriesCredential, isPreflight } from '../identity/preflight.ts';
import type { CheckReply } from '../verdict/check-reply.ts';
import { decide, decideWithoutSession } from '../verdict/decide.ts';
import type { CheckCall, CheckHandler, RequestFacts } from './check-call.ts';
import type { CheckDependencies } from './check-dependencies.ts';
import { CheckOverloaded } from './check-overloaded.ts';
import { CheckRun } from './check-run.ts';
import { UnknownPolicyNamed } from './fault-answer.ts';
import { findSession } from './find-session.ts';
import { OpeningBudget } from './opening-budget.ts';
import { proveToken, type ProvenCredential } from './prove-credential.ts';

/**
 * The whole of a check in one sentence: select the policy, identify whose session it is, prove the credential,
 * touch the session, decide, answer, observe.
 *
 * This file has the only try/catch of the request path. A fault never becomes a verdict: it is an RPC error, and
 * Envoy's failure mode rules; under an observing policy it is an allow with the true reason.
 */
export function createCheckHandler(deps: CheckDependencies): CheckHandler {
  const openings = new OpeningBudget(deps.clock.monotonicMs);
  let inFlight = 0;

  return function check(facts: RequestFacts, call: CheckCall): CheckReply | Promise<CheckReply> {
    const run = new CheckRun(deps, facts, call);
    try {
      const answer = judge(run);
      if (!(answer instanceof Promise)) return answer;
      inFlight += 1;
      return answer
        .catch((fault: unknown) => run.answerFault(fault))
        .finally(() => {
          inFlight -= 1;
        });
    } catch (fault) {
      return run.answerFault(fault);
    }
  };

  function judge(run: CheckRun): CheckReply | Promise<CheckReply> {
    const selection = run.policies.select(run.facts);
    if ('kind' in selection) throw new UnknownPolicyNamed();
    run.selection = selection;
    const { policy } = selection;

    if (isPreflight(run.facts) && !carriesCredential(run.policies.sources, run.facts)) {
      return run.conclude({ kind: 'allow', reason: 'preflight' });
    }
    if (policy.session === 'off') return run.conclude({ kind: 'allow', reason: 'session_off' });

    const identification = identify(run.admittedSources(), run.facts);
    switch (identification.kind) {
      case 'absent':
        return run.conclude(decideWithoutSession('no_credential', policy));
      case 'ambiguous':
        return run.conclude(decideWithoutSession('ambiguous_credential', policy));
      case 'malformed':
        run.source = identification.source;
        return run.conclude(decideWithoutSession('malformed_credential', policy));
      case 'found':
        run.source = identification.source;
        assertAdmitted();
        return touch(run, { credential: identification.credential, startedAtMs: undefined });
      case 'token':
      case 'payload':
        run.source = identification.source;
        assertAdmitted();
        return proven(run, identification);
      default:
        return identification satisfies never;
    }
  }

  function proven(
    run: CheckRun,
    token: Parameters<typeof proveToken>[1],
  ): CheckReply | Promise<CheckReply> {
    const next = (credential: ProvenCredential | undefined): CheckReply | Promise<CheckReply> =>
      credential === undefined
        ? run.conclude(decideWithoutSession('invalid_token', run.judging().policy))
        : touch(run, credential);
    const proof = proveToken(deps, token);
    if (!(proof instanceof Promise)) return next(proof);
    return run.inTime(proof).then(next);
  }

  async function touch(run: CheckRun, credential: ProvenCredential): Promise<CheckReply> {
    run.assertAwaited();
    const lookup = run.lookupOf(credential, () => openings.take(run.policies.settings));
    run.outcome = await run.inTime(findSession(deps.store, lookup));
    return run.conclude(decide(run.outcome, run.judging(), lookup.opening));
  }

  function assertAdmitted(): void {
    if (inFlight >= deps.inFlightMax) throw new CheckOverloaded(deps.inFlightMax);
  }
}
