import type { PreparedSelection } from '../policy/selection/prepared-selection.ts';
import { tagOf, type SessionKey, type SessionNames } from '../session/session-key.ts';
import type {
  LoginVisit,
  SourceRule,
  TouchReceiver,
  TouchRequest,
  TouchRule,
} from '../session/session-store.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import type { SubjectKey } from '../session/subject-key.ts';
import type { EndRequest } from '../session/end-request.ts';
import type { Source } from '../terms/source.ts';
import type { CheckRun } from './check-run.ts';
import type { ProvenCredential } from './prove-credential.ts';
import { sentSubject, subjectOf, type CheckSubject } from './subjects/check-subject.ts';
import type { VisitRights } from './visit-rights.ts';

/** Continues a check when the store has answered, or could not. */
export type TouchContinuation = (check: NamedCheck, answer: TouchOutcome | Error) => void;

/**
 * A check whose session has a name, so that the store can be asked. The store gets it as the
 * receiver of its touch: then nothing else has to be allocated for the way back.
 */
export class NamedCheck implements TouchReceiver {
  readonly run: CheckRun;
  readonly selection: PreparedSelection;
  readonly source: Source;
  readonly names: SessionNames;
  /** The login time that the credential proves, for an opening. */
  readonly loginAtMs: number | undefined;
  #storedKey: SessionKey;
  readonly #proven: ProvenCredential;
  readonly #sentSubject: string | undefined;
  #subject: CheckSubject | undefined;
  readonly #rule: TouchRule;
  readonly #sourceRule: SourceRule;
  readonly #continue: TouchContinuation;

  constructor(
    run: CheckRun,
    selection: PreparedSelection,
    proven: ProvenCredential,
    continuation: TouchContinuation = notAsked,
  ) {
    this.run = run;
    this.selection = selection;
    this.source = proven.source;
    this.names = run.name(proven);
    this.#storedKey = this.names.key;
    run.tag = tagOf(this.#storedKey);
    this.loginAtMs = proven.startedAtMs;
    this.#proven = proven;
    // A prefetch names no subject, because it changes nothing.
    this.#sentSubject = selection.isPrefetch ? undefined : sentSubject(run.facts, proven);
    this.#rule = ruleOf(selection.rules, proven.source);
    this.#sourceRule = ruleOf(run.policies.sourceRules, proven.source);
    this.#continue = continuation;
  }

  touched(outcome: TouchOutcome): void {
    this.#continue(this, outcome);
  }

  failed(fault: Error): void {
    this.#continue(this, fault);
  }

  /** The name under which the session is stored, as far as it is known. */
  get storedKey(): SessionKey {
    return this.#storedKey;
  }

  /** Notes that the session is stored under another name than the one that is written with. */
  isStoredAs(key: SessionKey): void {
    this.#storedKey = key;
    this.run.tag = tagOf(key);
  }

  /** The subject that the request names. */
  get subject(): CheckSubject | undefined {
    const { run, names } = this;
    if (this.#sentSubject === undefined) return undefined;
    this.#subject ??= subjectOf(run, names.key, this.#proven, this.#sentSubject);
    return this.#subject;
  }

  /** How long the credentials of the source matter. */
  get retentionMs(): number {
    return this.#sourceRule.retentionMs;
  }

  /** An end of the session where it is stored. */
  endOf(how: Pick<EndRequest, 'by' | 'unknown' | 'subject'>): EndRequest {
    const { facts, trace } = this.run;
    return { ...how, key: this.#storedKey, source: this.#sourceRule, facts, trace };
  }

  /** The visit of a login with this session, under one of its names. */
  visitOf(key: SessionKey, { mayEnd, maySignOut }: VisitRights): LoginVisit {
    const source = this.#sourceRule;
    const { facts, trace } = this.run;
    return { key, source, endLimits: source.endLimits, mayEnd, maySignOut, facts, trace };
  }

  /** A look at the session under one of its names, which ends nothing and is not activity. */
  lookOf(key: SessionKey): TouchRequest {
    return { ...this.touchOf(key), rule: lookRuleOf(this.#rule), subject: undefined };
  }

  /** The touch of the session under one of its names. */
  touchOf(key: SessionKey): TouchRequest {
    return {
      key,
      rule: this.#rule,
      source: this.#sourceRule,
      subject: this.#askedSubject(),
      facts: this.run.facts,
      trace: this.run.trace,
    };
  }

  /** The same, answered by the store itself, whatever a replica knows. */
  freshTouchOf(key: SessionKey): TouchRequest {
    return { ...this.touchOf(key), rule: freshRuleOf(this.#rule) };
  }

  /** What a touch compares. The store has said not long ago whose most sessions are. */
  #askedSubject(): SubjectKey | undefined {
    const sent = this.#sentSubject;
    if (sent === undefined) return undefined;
    const { tools, startedAtMs } = this.run;
    if (tools.knownSubjects.has(this.names.key, sent, startedAtMs)) return undefined;
    return tools.areSubjectsNoted() ? this.subject?.names.key : undefined;
  }
}

const lookRuleOf = variants({
  mode: 'enforce',
  onExpiry: 'keep',
  countsAsActivity: false,
  maxStalenessMs: 0,
});
const freshRuleOf = variants({ maxStalenessMs: 0 });

/** The same object every time, because a store keeps what it prepares for each rule. */
function variants(changed: Partial<TouchRule>): (rule: TouchRule) => TouchRule {
  const known = new WeakMap<TouchRule, TouchRule>();
  return (rule) => {
    let variant = known.get(rule);
    if (variant === undefined) {
      variant = Object.freeze({ ...rule, ...changed });
      known.set(rule, variant);
    }
    return variant;
  };
}

function notAsked(): never {
  throw new Error('this check does not wait for a touch');
}

function ruleOf<Rule>(rules: ReadonlyMap<string, Rule>, { name }: Source): Rule {
  const rule = rules.get(name);
  if (rule === undefined) throw new Error(`source ${name} has no rule`);
  return rule;
}
