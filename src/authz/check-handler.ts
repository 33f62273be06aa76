import { identify } from '../identity/identify.ts';
import { carriesCredential, isPreflight } from '../identity/preflight.ts';
import type { PreparedSelection } from '../policy/selection/prepared-selection.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import type { CheckReply } from '../verdict/check-reply.ts';
import { decideLogin, decideWithoutSession } from '../verdict/decide.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { withinDeadline } from './call-budget.ts';
import type { CheckHandler } from './check-call.ts';
import type { CheckDependencies } from './check-dependencies.ts';
import { lateKeys } from './check-faults.ts';
import { CheckRun } from './check-run.ts';
import { checkTools, type CheckTools } from './check-tools.ts';
import { ChecksInFlight } from './checks-in-flight.ts';
import { concludeTouch, concludeWithoutSession } from './conclusions.ts';
import { judgeFault, NO_ANSWER } from './fault-answer.ts';
import { judgeSeveral, type SeveralValues } from './judge-several.ts';
import { NamedCheck } from './named-check.ts';
import {
  presented,
  proveToken,
  type InvalidToken,
  type ProvenCredential,
  type UnprovenToken,
} from './prove-credential.ts';
import { allowedEndings, endBeside, signOut } from './endings/sign-out.ts';
import { isSettled, settleTouch } from './settle-touch.ts';
import { staysOnRequest, visitLogin, visitSeveral } from './visit-login.ts';

/**
 * The whole of a check in one sentence: select the policy, identify whose session it is, prove the
 * credential, touch the session, decide, answer, observe.
 *
 * This file has the only try/catch of the request path. A fault never becomes a verdict: it is an
 * RPC error, and Envoy's failure mode decides. Under an observing policy it is an allow with the
 * true reason.
 */
export function createCheckHandler(deps: CheckDependencies): CheckHandler {
  const tools = checkTools(deps);
  const pipeline = new CheckPipeline(tools);
  return (facts, call) => {
    pipeline.check(new CheckRun(tools, facts, call));
  };
}

/** What a step comes to: the verdict, or `waiting` when a later step continues the check. */
type Progress = Verdict | 'waiting';

class CheckPipeline {
  readonly #deps: CheckTools;
  readonly #inFlight: ChecksInFlight;

  constructor(deps: CheckTools) {
    this.#deps = deps;
    this.#inFlight = new ChecksInFlight(deps.inFlightMax);
  }

  check(run: CheckRun): void {
    this.#take(run, () => this.#judge(run));
  }

  #judge(run: CheckRun): Progress {
    const selection = run.select();
    const { policy, admittedSources } = selection;
    if (isPreflight(run.facts) && !carriesCredential(run.policies.sources, run.facts)) {
      return { kind: 'allow', reason: 'preflight' };
    }
    if (policy.session === 'off') return { kind: 'allow', reason: 'session_off' };
    if (policy.session === 'ends') return this.#signOut(run, selection);
    const identification = identify(admittedSources, run.facts);
    if ('source' in identification) run.source = identification.source;
    switch (identification.kind) {
      case 'absent':
        return decideWithoutSession('no_credential', policy);
      case 'ambiguous':
        return concludeWithoutSession(run, selection, 'ambiguous_credential');
      case 'malformed':
        run.cause = identification.cause;
        return concludeWithoutSession(run, selection, 'malformed_credential');
      case 'found':
        this.#inFlight.admit(run);
        return this.#ask(run, selection, presented(identification));
      case 'several':
        this.#inFlight.admit(run);
        return this.#askSeveral(run, selection, identification);
      case 'token':
      case 'payload':
        this.#inFlight.admit(run);
        return this.#prove(run, selection, identification);
      default:
        return identification satisfies never;
    }
  }

  #signOut(run: CheckRun, selection: PreparedSelection): Progress {
    this.#inFlight.admit(run);
    return this.#await(run, signOut(this.#deps, run, selection), (verdict) => verdict);
  }

  /** The verdict is there, and a reading of the request is for a policy that ends sessions. */
  #endBeside(run: CheckRun, verdict: Verdict): Progress {
    run.asksToEnd = false;
    const endings = verdict.kind === 'none' ? [] : allowedEndings(run);
    if (endings.length === 0) return verdict;
    this.#inFlight.admit(run);
    return this.#await(run, endBeside(this.#deps, run, endings), () => verdict);
  }

  #prove(run: CheckRun, selection: PreparedSelection, token: UnprovenToken): Progress {
    const ask = (proven: ProvenCredential | InvalidToken): Progress => {
      if (proven.kind === 'proven') return this.#ask(run, selection, proven);
      run.cause = proven.cause;
      return concludeWithoutSession(run, selection, 'invalid_token');
    };
    const proof = proveToken(this.#deps, token);
    // Only the keys of the token's issuer make a proof wait: the store is not to blame.
    return proof instanceof Promise ? this.#await(run, proof, ask, lateKeys) : ask(proof);
  }

  /** Asks the store about the one session of this request. */
  #ask(run: CheckRun, selection: PreparedSelection, proven: ProvenCredential): 'waiting' {
    run.assertAwaited();
    if (selection.policy.session === 'login') {
      const visit = visitLogin(this.#deps, new NamedCheck(run, selection, proven));
      return this.#await(run, visit, (outcome) => {
        run.credentials = staysOnRequest(outcome) ? 'kept' : 'removed';
        return decideLogin([outcome]);
      });
    }
    const check = new NamedCheck(run, selection, proven, this.#touched);
    this.#deps.store.touch(check.touchOf(check.names.key), run.deadlineAtMs, check);
    return 'waiting';
  }

  #askSeveral(run: CheckRun, selection: PreparedSelection, several: SeveralValues): 'waiting' {
    if (selection.policy.session === 'login') {
      return this.#await(run, visitSeveral(this.#deps, run, selection, several), (visits) => {
        run.credentials = visits.removed;
        return decideLogin(visits.outcomes);
      });
    }
    const judged = judgeSeveral(this.#deps, run, selection, several);
    return this.#await(run, judged, ({ outcome, removed }) => {
      run.credentials = removed;
      return concludeTouch(run, selection, several.source, outcome);
    });
  }

  readonly #touched = (check: NamedCheck, answer: TouchOutcome | Error): void => {
    this.#take(check.run, () => this.#judgeTouch(check, answer));
  };

  #judgeTouch(check: NamedCheck, answer: TouchOutcome | Error): Progress {
    if (answer instanceof Error) throw answer;
    check.run.assertInTime();
    const { run, selection, source } = check;
    if (isSettled(check, selection, answer)) return concludeTouch(run, selection, source, answer);
    const settled = settleTouch(this.#deps, check, answer);
    return this.#await(run, settled, (outcome) => concludeTouch(run, selection, source, outcome));
  }

  /** Takes one step of a check, and answers if that was the last. */
  #take(run: CheckRun, step: () => Progress): void {
    if (run.isAnswered) return;
    try {
      const judged = step();
      if (judged === 'waiting') return;
      const verdict = run.asksToEnd ? this.#endBeside(run, judged) : judged;
      if (verdict !== 'waiting') this.#answer(run, run.conclude(verdict));
    } catch (fault) {
      // The receiver of the answer has thrown: there is no second answer.
      if (run.isAnswered) throw fault;
      if (run.fault === undefined) this.#take(run, () => judgeFault(run, fault));
      else this.#answer(run, NO_ANSWER);
    }
  }

  #await<Given>(
    run: CheckRun,
    work: Promise<Given>,
    next: (given: Given) => Progress,
    late?: () => Error,
  ): 'waiting' {
    withinDeadline(work, run.deadlineAtMs, this.#deps.clock.monotonicMs, late).then(
      (given) => {
        this.#take(run, () => next(given));
      },
      (fault: unknown) => {
        this.#take(run, () => judgeFault(run, fault));
      },
    );
    return 'waiting';
  }

  #answer(run: CheckRun, reply: CheckReply): void {
    this.#inFlight.leave(run);
    run.answer(reply);
  }
}
