import type { PolicySet } from '../policy/policy-set.ts';
import type { PreparedSelection } from '../policy/prepared-selection.ts';
import type { CheckTrace } from '../session/check-trace.ts';
import type { RequestFacts } from '../session/request-facts.ts';
import type { SessionNames } from '../session/session-key.ts';
import type { SourceRule, TouchReceiver } from '../session/session-store.ts';
import { StoreUnavailable } from '../session/session-store.ts';
import type { Source } from '../session/source.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import { buildReply } from '../verdict/build-reply.ts';
import type { CheckReply } from '../verdict/check-reply.ts';
import type { JudgedRequest } from '../verdict/judged-request.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { decisionDeadlineAtMs, lateAnswer } from './call-budget.ts';
import type { CheckCall } from './check-call.ts';
import type { CheckDependencies } from './check-dependencies.ts';
import { CheckAbandoned } from './check-overloaded.ts';
import type { FaultAnswer } from './fault-answer.ts';
import type { ProvenCredential } from './prove-credential.ts';
import { ServerKeysIncomplete } from './server-keys-incomplete.ts';
import { stripUnjudged } from './strip-unjudged.ts';

/** Who goes on with a check when the store has answered. */
export interface CheckSteps {
  touched(run: CheckRun, outcome: TouchOutcome): void;
  failed(run: CheckRun, fault: Error): void;
}

/**
 * What is known of one check so far, and how it is answered from there. One version of the policies, one deadline. The
 * store gets it as the receiver of its touch, so that nothing else has to be made for the way back.
 */
export class CheckRun implements TouchReceiver {
  readonly policies: PolicySet;
  readonly facts: RequestFacts;
  /** The instant (of the monotonic clock) from which on no answer of the store may be used. */
  readonly deadlineAtMs: number;
  selection: PreparedSelection | undefined;
  source: Source | undefined;
  names: SessionNames | undefined;
  /** The login time that the credential proves, for an opening. */
  loginAtMs: number | undefined;
  outcome: TouchOutcome | undefined;
  /** What kept it from a verdict, and how the caller is told. */
  fault: { readonly error: Error; readonly answer: FaultAnswer } | undefined;
  /** It counts among those in flight. */
  isInFlight = false;
  isAnswered = false;
  readonly #deps: CheckDependencies;
  readonly #steps: CheckSteps;
  readonly #call: CheckCall;
  readonly #startedAtMs: number;

  constructor(deps: CheckDependencies, steps: CheckSteps, facts: RequestFacts, call: CheckCall) {
    this.#deps = deps;
    this.#steps = steps;
    this.#call = call;
    this.facts = facts;
    this.policies = deps.policies();
    this.#startedAtMs = deps.clock.monotonicMs();
    this.deadlineAtMs = decisionDeadlineAtMs(
      this.#startedAtMs,
      facts.callBudgetMs,
      deps.decisionBudgetMs,
    );
  }

  get trace(): CheckTrace | undefined {
    return this.#call.trace;
  }

  touched(outcome: TouchOutcome): void {
    this.#steps.touched(this, outcome);
  }

  failed(fault: Error): void {
    this.#steps.failed(this, fault);
  }

  /** The policy that judges. Only for use behind the selection. */
  judging(): PreparedSelection {
    if (this.selection === undefined) throw new Error('no policy was selected yet');
    return this.selection;
  }

  /** The source that identified. Only for use behind the identification. */
  identified(): Source {
    if (this.source === undefined) throw new Error('no source was identified yet');
    return this.source;
  }

  sourceRule(): SourceRule {
    const { name } = this.identified();
    const rule = this.policies.sourceRules.get(name);
    if (rule === undefined) throw new Error(`source ${name} has no rule`);
    return rule;
  }

  /** From now on the session has a name. */
  nameSession({ credential, startedAtMs }: ProvenCredential): SessionNames {
    this.loginAtMs = startedAtMs;
    this.names = this.#deps.namesOf(this.identified().name, credential);
    return this.names;
  }

  /**
   * No store work for nobody.
   * @throws {CheckAbandoned} when the caller has hung up
   * @throws {StoreUnavailable} (`late`) when its time is over
   */
  assertAwaited(): void {
    if (this.#call.cancelled) throw new CheckAbandoned('the caller has hung up');
    if (this.#isOverdue()) throw new StoreUnavailable('late', 'the time for this check is over');
  }

  /**
   * The clock is read again when the store's answer is there: whoever minds deadlines may have been stalled.
   * @throws {StoreUnavailable} (`late`) when the answer came too late to be used.
   */
  assertInTime(): void {
    if (this.#isOverdue()) throw lateAnswer();
  }

  /** Unknown under all keys is unknown only where no key is missing. @throws {ServerKeysIncomplete} */
  assertKeysComplete(): void {
    const why = this.#deps.whyKeysIncomplete();
    if (why !== undefined) throw new ServerKeysIncomplete(why);
  }

  /** Turns the verdict into the answer, and tells the observer. */
  conclude(verdict: Verdict): CheckReply {
    const { fault } = this;
    const reply =
      verdict.kind === 'none' && fault !== undefined
        ? ({
            kind: 'none',
            grpcStatus: fault.answer.grpcStatus,
            message: fault.answer.message,
          } as const)
        : buildReply(verdict, this.#judged(verdict));
    this.#observe(verdict);
    return reply;
  }

  answer(reply: CheckReply): void {
    this.isAnswered = true;
    this.#call.answer(reply);
  }

  #isOverdue(): boolean {
    return this.#deps.clock.monotonicMs() >= this.deadlineAtMs;
  }

  #judged(verdict: Verdict): JudgedRequest {
    const { policy, ambiguousPath, admittedSources } = this.judging();
    const { outcome } = this;
    return {
      facts: this.facts,
      policy,
      ambiguousPath,
      source: this.source,
      admittedSources,
      tag: this.names?.tag,
      clocks: outcome !== undefined && 'clocks' in outcome ? outcome.clocks : undefined,
      reachedLimit: outcome?.kind === 'expired' ? outcome.by : undefined,
      strip: stripUnjudged(verdict, this),
      settings: this.policies.settings,
    };
  }

  #observe({ kind, reason }: Verdict): void {
    const policy = this.selection?.policy;
    this.#deps.observer.checked({
      verdict: kind,
      reason,
      policy: policy?.name,
      mode: policy?.mode ?? 'enforce',
      source: this.source?.name,
      tag: this.names?.tag,
      outcome: this.outcome,
      durationMs: this.#deps.clock.monotonicMs() - this.#startedAtMs,
      facts: this.facts,
      fault: this.fault?.error,
      trace: this.trace,
    });
  }
}
