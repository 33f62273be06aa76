import type { PolicySet } from '../policy/selection/policy-set.ts';
import type { PreparedSelection } from '../policy/selection/prepared-selection.ts';
import type { SessionNames, SessionTag } from '../session/session-key.ts';
import { StoreUnavailable } from '../session/session-store.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import type { CheckTrace } from '../terms/check-trace.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import type { Source } from '../terms/source.ts';
import type { SubjectFault } from '../terms/subject-fault.ts';
import { buildReply, noReply } from '../verdict/build-reply.ts';
import type { CheckReply } from '../verdict/check-reply.ts';
import type { JudgedRequest } from '../verdict/judged-request.ts';
import type { Allow, Deny, Served, Verdict } from '../verdict/verdict.ts';
import { decisionDeadlineAtMs, lateAnswer } from './call-budget.ts';
import type { CheckCall } from './check-call.ts';
import type { CheckTools } from './check-tools.ts';
import type { CredentialCause } from './check-observer.ts';
import { CheckAbandoned, UnknownPolicyNamed } from './check-faults.ts';
import type { ProvenCredential } from './prove-credential.ts';
import { cookiesOf, endLimitsOf, isLoginSource } from './source-facts.ts';
import { NOTHING_TO_STRIP, stripUnjudged, type CredentialsFate } from './strip-unjudged.ts';

const NO_LIMITS: JudgedRequest['endLimits'] = [];
const NO_COOKIES = (): readonly string[] => [];

/**
 * One check from its arrival to its answer, by one version of the policies and within one deadline.
 *
 * It notes what the answer and the observer need, in the order of the steps. A field is `undefined`
 * until its step is reached:
 *
 *     selection   the policy that judges
 *     source      the source whose credential was found, well-formed or malformed
 *     credentials what becomes of the credentials on the request
 *     tag         the session's name for logs, as far as it is known where the session is stored
 *     cause       what is wrong with the credential
 *     outcome     what the store found
 *     subjectFault why the subject that the request names is ignored
 *     fault       what kept the check from a verdict, at any of these steps
 *
 * No step reads them back: what it needs of an earlier step is among its arguments.
 */
export class CheckRun {
  readonly tools: CheckTools;
  readonly facts: RequestFacts;
  readonly policies: PolicySet;
  /** When it arrived, on the monotonic clock. */
  readonly startedAtMs: number;
  /** The instant (of the monotonic clock) from which no answer of the store may be used. */
  readonly deadlineAtMs: number;
  selection: PreparedSelection | undefined;
  source: Source | undefined;
  credentials: CredentialsFate = 'kept';
  tag: SessionTag | undefined;
  cause: CredentialCause | undefined;
  outcome: TouchOutcome | undefined;
  subjectFault: SubjectFault | undefined;
  fault: Error | undefined;
  /** A reading of it asks to end its sessions, and another policy judges it: they are still to end. */
  asksToEnd = false;
  /** It counts among the checks in flight. */
  isInFlight = false;
  isAnswered = false;
  readonly #call: CheckCall;

  constructor(tools: CheckTools, facts: RequestFacts, call: CheckCall) {
    this.tools = tools;
    this.#call = call;
    this.facts = facts;
    this.policies = tools.policies();
    this.startedAtMs = tools.clock.monotonicMs();
    this.deadlineAtMs = decisionDeadlineAtMs(
      this.startedAtMs,
      facts.callBudgetMs,
      tools.decisionBudgetMs,
    );
  }

  get trace(): CheckTrace | undefined {
    return this.#call.trace;
  }

  /** Selects the policy that judges. @throws {UnknownPolicyNamed} */
  select(): PreparedSelection {
    const selection = this.policies.select(this.facts);
    if ('kind' in selection) throw new UnknownPolicyNamed();
    this.selection = selection;
    this.asksToEnd = selection.endings.length > 0 && selection.policy.session !== 'ends';
    return selection;
  }

  /** Gives the session of a credential its names. */
  name({ source, credential }: ProvenCredential): SessionNames {
    return this.tools.namesOf(source.name, credential);
  }

  /**
   * Call it before each round trip to the store: no work is done for an answer that nothing awaits.
   * @throws {CheckAbandoned} when the caller has hung up
   * @throws {StoreUnavailable} (`late`) when its time is over
   */
  assertAwaited(): void {
    if (this.#call.cancelled) throw new CheckAbandoned();
    if (this.#isOverdue()) throw new StoreUnavailable('late', 'the time for this check is over');
  }

  /**
   * Call it when the store has answered: the timer that ends late calls may have been stalled.
   * @throws {StoreUnavailable} (`late`) when the answer came too late to be used.
   */
  assertInTime(): void {
    if (this.#isOverdue()) throw lateAnswer();
  }

  /** Turns the verdict into the answer, and reports the check to the observer. */
  conclude(verdict: Verdict): CheckReply {
    if (verdict.kind === 'none') {
      this.#observe(verdict);
      return noReply(verdict);
    }
    const strip = verdict.kind === 'allow' ? this.#strip(verdict) : NOTHING_TO_STRIP;
    const isStrippable = strip !== 'in_target';
    const final = isStrippable ? verdict : this.#denyUnstrippable();
    const reply = this.#reply(final, isStrippable ? strip : NOTHING_TO_STRIP);
    this.#observe(final);
    return reply;
  }

  answer(reply: CheckReply): void {
    this.isAnswered = true;
    this.#call.answer(reply);
  }

  #isOverdue(): boolean {
    return this.tools.clock.monotonicMs() >= this.deadlineAtMs;
  }

  #strip({ reason }: Allow): JudgedRequest['strip'] | 'in_target' {
    const { facts, selection, source, credentials } = this;
    if (selection === undefined || reason === 'preflight') return NOTHING_TO_STRIP;
    const { policy, otherSources } = selection;
    const { sources } = this.policies;
    return stripUnjudged({ policy, facts, sources, otherSources, source, credentials });
  }

  /** The application would use a credential that names no session, because it is in the target. */
  #denyUnstrippable(): Deny {
    this.cause = 'path_parameter';
    return { kind: 'deny', reason: 'malformed_credential' };
  }

  #reply(verdict: Allow | Deny | Served, strip: JudgedRequest['strip']): CheckReply {
    const { facts, selection, source, outcome } = this;
    if (selection === undefined) throw new Error('a verdict was given without a policy');
    const { policy, isDoubtful, passive, isPrefetch, admittedSources } = selection;
    return buildReply(verdict, {
      facts,
      policy,
      isDoubtful,
      passive,
      isPrefetch,
      source,
      admittedSources,
      tag: this.tag,
      clocks: outcome !== undefined && 'clocks' in outcome ? outcome.clocks : undefined,
      reachedLimit: outcome?.kind === 'expired' ? outcome.by : undefined,
      endLimits: verdict.kind === 'deny' ? endLimitsOf(this.policies, source) : NO_LIMITS,
      cookiesToClear: verdict.kind === 'deny' ? () => cookiesOf(source, facts) : NO_COOKIES,
      isLoginSource: verdict.kind === 'deny' && isLoginSource(this.policies, source),
      strip,
      settings: this.policies.settings,
    });
  }

  #observe({ kind, reason }: Verdict): void {
    const policy = this.selection?.policy;
    this.tools.observer.checked({
      verdict: kind,
      reason,
      policy: policy?.name,
      mode: policy?.mode ?? 'enforce',
      source: this.source?.name,
      tag: this.tag,
      cause: this.cause,
      outcome: this.outcome,
      subjectFault: this.subjectFault,
      durationMs: this.tools.clock.monotonicMs() - this.startedAtMs,
      facts: this.facts,
      fault: this.fault,
      trace: this.trace,
    });
  }
}
