import { stripCredentials } from '../identity/strip-credentials.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { Selection } from '../session/effective-policy.ts';
import type { RequestFacts } from '../session/request-facts.ts';
import type { SessionNames } from '../session/session-key.ts';
import { StoreUnavailable } from '../session/session-store.ts';
import type { Source } from '../session/source.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import { buildReply } from '../verdict/build-reply.ts';
import type { CheckReply } from '../verdict/check-reply.ts';
import { decideFault } from '../verdict/decide.ts';
import type { JudgedRequest } from '../verdict/judged-request.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { decisionDeadlineAtMs, withinDeadline } from './call-budget.ts';
import type { CheckCall } from './check-call.ts';
import type { CheckDependencies } from './check-dependencies.ts';
import { CheckAbandoned } from './check-overloaded.ts';
import { faultAnswer } from './fault-answer.ts';
import type { SessionLookup } from './find-session.ts';
import type { ProvenCredential } from './prove-credential.ts';

const NOTHING_TO_STRIP: JudgedRequest['strip'] = { set: [], remove: [] };

/** What is known of one check so far, and how it is answered from there. One version of the policies, one deadline. */
export class CheckRun {
  readonly policies: PolicySet;
  readonly facts: RequestFacts;
  selection: Selection | undefined;
  source: Source | undefined;
  outcome: TouchOutcome | undefined;
  readonly #deps: CheckDependencies;
  readonly #call: CheckCall;
  readonly #startedAtMs: number;
  readonly #deadlineAtMs: number;
  #names: SessionNames | undefined;

  constructor(deps: CheckDependencies, facts: RequestFacts, call: CheckCall) {
    this.#deps = deps;
    this.#call = call;
    this.facts = facts;
    this.policies = deps.policies();
    this.#startedAtMs = deps.clock.monotonicMs();
    this.#deadlineAtMs = decisionDeadlineAtMs(
      this.#startedAtMs,
      facts.callBudgetMs,
      deps.decisionBudgetMs,
    );
  }

  /** The policy that judges. Only for use behind the selection. */
  judging(): Selection {
    if (this.selection === undefined) throw new Error('no policy was selected yet');
    return this.selection;
  }

  admittedSources(): readonly Source[] {
    const { policy } = this.judging();
    return this.policies.sources.filter((source) => policy.sources.has(source.name));
  }

  /**
   * No store work for nobody.
   * @throws {CheckAbandoned} when the caller has hung up
   * @throws {StoreUnavailable} (`late`) when its time is over
   */
  assertAwaited(): void {
    if (this.#call.cancelled) throw new CheckAbandoned('the caller has hung up');
    if (this.#deps.clock.monotonicMs() >= this.#deadlineAtMs) {
      throw new StoreUnavailable('late', 'the time for this check is over');
    }
  }

  /** @throws {StoreUnavailable} (`late`) when the answer does not come within this check's deadline. */
  inTime<T>(work: Promise<T>): Promise<T> {
    return withinDeadline(work, this.#deadlineAtMs, this.#deps.clock.monotonicMs);
  }

  lookupOf(proven: ProvenCredential, mayOpen: () => boolean): SessionLookup {
    const { policy, ambiguousPath, passive } = this.judging();
    const source = this.#requireSource();
    const sourceRule = this.policies.sourceRules.get(source.name);
    if (sourceRule === undefined) throw new Error(`source ${source.name} has no rule`);
    this.#names = this.#deps.namesOf(source.name, proven.credential);
    return {
      names: this.#names,
      rule: {
        policy: policy.name,
        idleTimeoutMs: policy.idleTimeoutMs,
        absoluteTimeoutMs: policy.absoluteTimeoutMs,
        onExpiry: ambiguousPath || policy.onExpiry === 'challenge' ? 'keep' : 'end',
        mode: policy.mode,
        countsAsActivity: !passive,
      },
      source: sourceRule,
      opening: source.opening,
      startedAtMs: proven.startedAtMs,
      mayOpen,
      assertAwaited: () => {
        this.assertAwaited();
      },
    };
  }

  /** Turns the verdict into the answer, and tells the observer. */
  conclude(verdict: Verdict): CheckReply {
    const reply = buildReply(verdict, this.#judged(verdict));
    this.#observe(verdict, undefined);
    return reply;
  }

  /** The answer to a fault of our own. Never throws, never a deny. */
  answerFault(fault: unknown): CheckReply {
    const error =
      fault instanceof Error ? fault : new Error('something that is no error was thrown');
    const { reason, grpcStatus, message } = faultAnswer(error);
    const verdict = decideFault(reason, this.selection?.policy);
    this.#observe(verdict, error);
    if (verdict.kind === 'allow') return buildReply(verdict, this.#judged(verdict));
    return { kind: 'none', grpcStatus, message };
  }

  #judged(verdict: Verdict): JudgedRequest {
    const { policy, ambiguousPath } = this.judging();
    return {
      facts: this.facts,
      policy,
      ambiguousPath,
      source: this.source,
      admittedSources: this.admittedSources(),
      tag: this.#names?.tag,
      clocks:
        this.outcome !== undefined && 'clocks' in this.outcome ? this.outcome.clocks : undefined,
      reachedLimit: this.outcome?.kind === 'expired' ? this.outcome.by : undefined,
      strip: this.#strip(verdict),
      settings: this.policies.settings,
    };
  }

  /**
   * The credentials that nobody judged: those of sources which the policy does not admit and, when the request passes
   * as nobody, its own too. Observing changes nothing for the application, so it takes nothing away.
   */
  #strip(verdict: Verdict): JudgedRequest['strip'] {
    const { policy } = this.judging();
    if (verdict.kind !== 'allow' || policy.session === 'off' || policy.mode === 'observe') {
      return NOTHING_TO_STRIP;
    }
    if (verdict.reason === 'preflight') return NOTHING_TO_STRIP;
    const unjudged =
      verdict.reason === 'session_absent'
        ? this.policies.sources
        : this.policies.sources.filter((source) => !policy.sources.has(source.name));
    if (unjudged.length === 0) return NOTHING_TO_STRIP;
    const judged = verdict.reason === 'session_absent' ? undefined : this.source;
    return stripCredentials(unjudged, this.facts, judged);
  }

  #requireSource(): Source {
    if (this.source === undefined) throw new Error('no source was identified yet');
    return this.source;
  }

  #observe(verdict: Verdict, fault: Error | undefined): void {
    this.#deps.observer.checked({
      verdict: verdict.kind,
      reason: verdict.reason,
      policy: this.selection?.policy.name,
      mode: this.selection?.policy.mode ?? 'enforce',
      source: this.source?.name,
      tag: this.#names?.tag,
      outcome: this.outcome,
      durationMs: this.#deps.clock.monotonicMs() - this.#startedAtMs,
      facts: this.facts,
      fault,
    });
  }
}
