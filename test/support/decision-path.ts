import { createHash, createHmac } from 'node:crypto';
import { pino } from 'pino';
import { CheckLog } from '../../src/app/check-log.ts';
import { Metrics } from '../../src/app/metrics.ts';
import type { RequestFacts } from '../../src/authz/check-call.ts';
import { createCheckHandler } from '../../src/authz/check-handler.ts';
import type { CheckObservation } from '../../src/authz/check-observer.ts';
import { parsePolicyFile } from '../../src/policy/parse-policy-file.ts';
import type { PolicySet } from '../../src/policy/policy-set.ts';
import type { SessionKey, SessionNames, SessionTag } from '../../src/session/session-key.ts';
import type { SourceRule, TouchRule } from '../../src/session/session-store.ts';
import { MemorySessionStore } from '../../src/store/memory-session-store.ts';
import { encodeReply, type WireAnswer } from '../../src/transport/encode-reply.ts';
import type { CheckReply } from '../../src/verdict/check-reply.ts';
import { askHandler } from './ask-handler.ts';
import { ManualClock } from './manual-clock.ts';

/** How one check ended, everywhere it shows. */
export interface Decided {
  readonly reply: CheckReply;
  /** What the transport makes of it; it throws for a reply that must not leave. */
  readonly wire: WireAnswer;
  readonly observation: CheckObservation;
}

/** The whole decision path, from the text of a policy file to the bytes of the answer, over the memory store. */
export class DecisionPath {
  readonly clock: ManualClock = new ManualClock();
  readonly store: MemorySessionStore = new MemorySessionStore({ clock: this.clock.now });
  /** Every log line so far, at the most talkative level. */
  readonly logLines: string[] = [];
  readonly #policies: PolicySet;
  readonly #metrics = new Metrics('test');
  readonly #observations: CheckObservation[] = [];
  readonly #check: ReturnType<typeof createCheckHandler>;

  constructor(policyText: string) {
    this.#policies = parsed(policyText);
    const policies = this.#policies;
    this.#metrics.checks.keepPolicies(policies.policies.map(({ name }) => name));
    const log = pino({ level: 'debug', base: null }, { write: (line) => this.logLines.push(line) });
    const observers = [new CheckLog(log, this.clock.now), this.#metrics];
    this.#check = createCheckHandler({
      policies: () => policies,
      namesOf,
      whyKeysIncomplete: () => undefined,
      hash: (text) => createHash('sha256').update(text).digest('base64url'),
      // No issuer signs here: whatever comes as a token that Curfew is to verify does not verify.
      tokens: { verify: () => undefined },
      store: this.store,
      observer: {
        checked: (observation) => {
          this.#observations.push(observation);
          for (const observer of observers) observer.checked(observation);
        },
      },
      clock: { monotonicMs: () => performance.now(), wallMs: this.clock.now },
      inFlightMax: 512,
      decisionBudgetMs: 5_000,
    });
  }

  async check(facts: RequestFacts): Promise<Decided> {
    const before = this.#observations.length;
    const reply = await askHandler(this.#check, facts);
    const observation = this.#observations[before];
    if (observation === undefined || this.#observations.length !== before + 1) {
      throw new Error('a check is told to the observer once');
    }
    return { reply, wire: encodeReply(reply), observation };
  }

  /** Opens a session as a login service does. With `old`, under the server key that was replaced since. */
  async register(source: string, credential: string, age: 'new' | 'old' = 'new'): Promise<void> {
    const names = namesOf(source, credential);
    const key = age === 'new' ? names.key : names.olderKeys()[0];
    if (key === undefined) throw new Error('there is no older key');
    const rule: TouchRule = {
      policy: 'default',
      idleTimeoutMs: 86_400_000,
      absoluteTimeoutMs: 86_400_000,
      onExpiry: 'end',
      mode: 'enforce',
      countsAsActivity: true,
    };
    const outcome = await this.store.open({
      key,
      rule,
      source: this.#ruleOf(source),
      opening: 'registered',
      startedAtMs: undefined,
    });
    if (outcome.kind !== 'live') throw new Error(`registering came to ${outcome.kind}`);
  }

  async revoke(source: string, credential: string): Promise<void> {
    const { key } = namesOf(source, credential);
    await this.store.end({ key, source: this.#ruleOf(source), by: 'revoked' });
  }

  /** All metrics so far, as they are scraped. */
  async metrics(): Promise<string> {
    return (await this.#metrics.exposition()).text;
  }

  #ruleOf(source: string): SourceRule {
    const rule = this.#policies.sourceRules.get(source);
    if (rule === undefined) throw new Error(`no source ${source}`);
    return rule;
  }
}

function parsed(text: string): PolicySet {
  const file = parsePolicyFile(text, 'test.yaml');
  if (file.kind === 'ok') return file.policies;
  throw new Error(file.problems.map(({ line, message }) => `${line}: ${message}`).join('\n'));
}

/** Session keys under a server key and the one before it. */
export function namesOf(source: string, credential: string): SessionNames {
  const under = (serverKey: string): string =>
    createHmac('sha256', serverKey).update(`${source}\0${credential}`).digest('base64url');
  return {
    key: under('newest server key') as SessionKey,
    olderKeys: () => [under('older server key') as SessionKey],
    tag: under('key of tags').slice(0, 12) as SessionTag,
  };
}
