import { identify } from '../identity/identify.ts';
import { carriesCredential, isPreflight } from '../identity/preflight.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import type { CheckReply } from '../verdict/check-reply.ts';
import { decide, decideFault, decideWithoutSession } from '../verdict/decide.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { withinDeadline } from './call-budget.ts';
import type { CheckHandler } from './check-call.ts';
import type { CheckDependencies } from './check-dependencies.ts';
import { CheckOverloaded } from './check-overloaded.ts';
import { CheckRun, type CheckSteps } from './check-run.ts';
import { faultAnswer, UnknownPolicyNamed } from './fault-answer.ts';
import { findUnknown } from './find-unknown.ts';
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
  return (facts, call) => {
    pipeline.take(new CheckRun(deps, pipeline, facts, call), pipeline.judge, undefined);
  };
}

/** What a step of a check comes to: the verdict, or somebody has to be waited for and a later step goes on. */
type Progress = Verdict | 'waiting';
type Step<Given> = (run: CheckRun, given: Given) => Progress;

class CheckPipeline implements CheckSteps {
  readonly #deps: CheckDependencies;
  readonly #openings: OpeningBudget;
  #inFlight = 0;

  constructor(deps: CheckDependencies) {
    this.#deps = deps;
    this.#openings = new OpeningBudget(deps.clock.monotonicMs);
  }

  readonly judge = (run: CheckRun): Progress => {
    const selection = run.policies.select(run.facts);
    if ('kind' in selection) throw new UnknownPolicyNamed();
    run.selection = selection;
    const { policy, admittedSources } = selection;

    if (isPreflight(run.facts) && !carriesCredential(run.policies.sources, run.facts)) {
      return { kind: 'allow', reason: 'preflight' };
    }
    if (policy.session === 'off') return { kind: 'allow', reason: 'session_off' };

    const identification = identify(admittedSources, run.facts);
    if ('source' in identification) run.source = identification.source;
    switch (identification.kind) {
      case 'absent':
        return decideWithoutSession('no_credential', policy);
      case 'ambiguous':
        return decideWithoutSession('ambiguous_credential', policy);
      case 'malformed':
        return decideWithoutSession('malformed_credential', policy);
      case 'found':
        this.#admit(run);
        return this.#touch(run, { credential: identification.credential, startedAtMs: undefined });
      case 'token':
      case 'payload':
        this.#admit(run);
        return this.#prove(run, identification);
      default:
        return identification satisfies never;
    }
  };

  touched(run: CheckRun, outcome: TouchOutcome): void {
    this.take(run, this.#judgeTouch, outcome);
  }

  failed(run: CheckRun, fault: Error): void {
    this.take(run, raise, fault);
  }

  /** Takes one step of a check, and answers if that was the last. */
  take<Given>(run: CheckRun, step: Step<Given>, given: Given): void {
    if (run.isAnswered) return;
    try {
      const progress = step(run, given);
      if (progress !== 'waiting') this.#answer(run, run.conclude(progress));
    } catch (fault) {
      // Thrown by whoever took the answer: there is no second one.
      if (run.isAnswered) throw fault;
      if (run.fault === undefined) this.take(run, judgeFault, fault);
      else this.#answer(run, NO_ANSWER);
    }
  }

  #prove(run: CheckRun, token: UnprovenToken): Progress {
    const proof = proveToken(this.#deps, token);
    return proof instanceof Promise
      ? this.#await(run, proof, this.#touchProven)
      : this.#touchProven(run, proof);
  }

  readonly #touchProven: Step<ProvenCredential | undefined> = (run, proven) =>
    proven === undefined
      ? decideWithoutSession('invalid_token', run.judging().policy)
      : this.#touch(run, proven);

  #touch(run: CheckRun, proven: ProvenCredential): Progress {
    run.assertAwaited();
    const { key } = run.nameSession(proven);
    const { rule } = run.judging();
    const request = { key, rule, source: run.sourceRule(), trace: run.trace };
    this.#deps.store.touch(request, run.deadlineAtMs, run);
    return 'waiting';
  }

  readonly #judgeTouch: Step<TouchOutcome> = (run, outcome) => {
    run.assertInTime();
    return outcome.kind === 'unknown'
      ? this.#await(run, findUnknown(this.#deps.store, run, outcome, this.#openings), judgeOutcome)
      : judgeOutcome(run, outcome);
  };

  #await<Given>(run: CheckRun, work: Promise<Given>, next: Step<Given>): 'waiting' {
    withinDeadline(work, run.deadlineAtMs, this.#deps.clock.monotonicMs).then(
      (given) => {
        this.take(run, next, given);
      },
      (fault: unknown) => {
        this.take(run, raise, fault);
      },
    );
    return 'waiting';
  }

  #admit(run: CheckRun): void {
    if (this.#inFlight >= this.#deps.inFlightMax) throw new CheckOverloaded(this.#deps.inFlightMax);
    this.#inFlight += 1;
    run.isInFlight = true;
  }

  #answer(run: CheckRun, reply: CheckReply): void {
    if (run.isInFlight) this.#inFlight -= 1;
    run.answer(reply);
  }
}

/** When even answering the fault has failed. */
const NO_ANSWER: CheckReply = { kind: 'none', grpcStatus: 'INTERNAL', message: 'internal_error' };

const judgeOutcome: Step<TouchOutcome> = (run, outcome) => {
  run.outcome = outcome;
  return decide(outcome, run.judging(), run.identified().opening);
};

const judgeFault: Step<unknown> = (run, fault) => {
  const error = fault instanceof Error ? fault : new Error('something that is no error was thrown');
  const answer = faultAnswer(error);
  run.fault = { error, answer };
  return decideFault(answer.reason, run.selection?.policy);
};

const raise: Step<unknown> = (_run, fault) => {
  throw fault;
};
