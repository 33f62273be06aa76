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
import { proveToken, type ProvenCredential, type UnprovenToken } from './prove-credential.ts';

/**
 * The whole of a check in one sentence: select the policy, identify whose session it is, prove the credential,
 * touch the session, decide, answer, observe.
 *
 * This file has the only try/catch of the request path. A fault never becomes a verdict: it is an RPC error, and
 * Envoy's failure mode rules; under an observing policy it is an allow with the true reason.
 */
export function createCheckHandler(deps: CheckDependencies): CheckHandler {
  const pipeline = new CheckPipeline(deps);
  return (facts, call) => pipeline.check(facts, call);
}

class CheckPipeline {
  readonly #deps: CheckDependencies;
  readonly #openings: OpeningBudget;
  #inFlight = 0;

  constructor(deps: CheckDependencies) {
    this.#deps = deps;
    this.#openings = new OpeningBudget(deps.clock.monotonicMs);
  }

  check(facts: RequestFacts, call: CheckCall): CheckReply | Promise<CheckReply> {
    const run = new CheckRun(this.#deps, facts, call);
    try {
      const answer = this.#judge(run);
      return answer instanceof Promise ? this.#awaitAnswer(run, answer) : answer;
    } catch (fault) {
      return run.answerFault(fault);
    }
  }

  #judge(run: CheckRun): CheckReply | Promise<CheckReply> {
    const selection = run.policies.select(run.facts);
    if ('kind' in selection) throw new UnknownPolicyNamed();
    run.selection = selection;
    const { policy } = selection;

    if (isPreflight(run.facts) && !carriesCredential(run.policies.sources, run.facts)) {
      return run.conclude({ kind: 'allow', reason: 'preflight' });
    }
    if (policy.session === 'off') return run.conclude({ kind: 'allow', reason: 'session_off' });

    const identification = identify(run.admittedSources(), run.facts);
    if ('source' in identification) run.source = identification.source;
    switch (identification.kind) {
      case 'absent':
        return run.conclude(decideWithoutSession('no_credential', policy));
      case 'ambiguous':
        return run.conclude(decideWithoutSession('ambiguous_credential', policy));
      case 'malformed':
        return run.conclude(decideWithoutSession('malformed_credential', policy));
      case 'found':
        this.#assertAdmitted();
        return this.#touch(run, { ...identification, startedAtMs: undefined });
      case 'token':
      case 'payload':
        this.#assertAdmitted();
        return this.#prove(run, identification);
      default:
        return identification satisfies never;
    }
  }

  #prove(run: CheckRun, token: UnprovenToken): CheckReply | Promise<CheckReply> {
    const proof = proveToken(this.#deps, token);
    const next = (proven: ProvenCredential | undefined): CheckReply | Promise<CheckReply> =>
      proven === undefined
        ? run.conclude(decideWithoutSession('invalid_token', run.judging().policy))
        : this.#touch(run, proven);
    return proof instanceof Promise ? run.inTime(proof).then(next) : next(proof);
  }

  async #touch(run: CheckRun, credential: ProvenCredential): Promise<CheckReply> {
    run.assertAwaited();
    const lookup = run.lookupOf(credential, () => this.#openings.take(run.policies.settings));
    run.outcome = await run.inTime(findSession(this.#deps.store, lookup));
    return run.conclude(decide(run.outcome, run.judging(), lookup.opening));
  }

  async #awaitAnswer(run: CheckRun, answer: Promise<CheckReply>): Promise<CheckReply> {
    this.#inFlight += 1;
    try {
      return await answer;
    } catch (fault) {
      return run.answerFault(fault);
    } finally {
      this.#inFlight -= 1;
    }
  }

  #assertAdmitted(): void {
    if (this.#inFlight >= this.#deps.inFlightMax) throw new CheckOverloaded(this.#deps.inFlightMax);
  }
}
