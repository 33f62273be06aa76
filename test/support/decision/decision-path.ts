import { createHash, createHmac } from 'node:crypto';
import { pino } from 'pino';
import { CheckLog } from '../../../src/telemetry/log/check-log.ts';
import { SessionLog } from '../../../src/telemetry/log/session-log.ts';
import { Metrics } from '../../../src/telemetry/metrics/metrics.ts';
import type { RequestFacts } from '../../../src/authz/check-call.ts';
import { createCheckHandler } from '../../../src/authz/check-handler.ts';
import type { TokenVerifier } from '../../../src/authz/token-verifier.ts';
import type { CheckObservation } from '../../../src/authz/check-observer.ts';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import type { PolicySet } from '../../../src/policy/selection/policy-set.ts';
import type { SessionKey, SessionNames } from '../../../src/session/session-key.ts';
import type { SourceRule, TouchRule } from '../../../src/session/session-store.ts';
import { MemorySessionStore } from '../../../src/store/memory/memory-session-store.ts';
import { encodeReply, type WireAnswer } from '../../../src/transport/codec/encode-reply.ts';
import type { CheckReply } from '../../../src/verdict/check-reply.ts';
import { askHandler } from './ask-handler.ts';
import { subjectNamesOf } from './subject-names.ts';
import { ManualClock } from '../time/manual-clock.ts';

const NO_ISSUER: TokenVerifier = { verify: () => ({ kind: 'invalid', cause: 'unknown_key' }) };

/** The result of one check, everywhere it is visible. */
export interface Decided {
  readonly reply: CheckReply;
  /** The bytes that the transport makes from it. It throws for a reply that must not be sent. */
  readonly wire: WireAnswer;
  readonly observation: CheckObservation;
}

/** The whole decision path, from the text of a policy file to the bytes of the answer, over the memory store. */
export class DecisionPath {
  readonly clock: ManualClock = new ManualClock();
  /** As on a replica whose key file lacks a key that others have. */
  whyKeysIncomplete: string | undefined;
  /** False as long as a replica of an earlier version runs. */
  areSubjectsNoted: boolean = true;
  /** Every log line so far, at the most talkative level. */
  readonly logLines: string[] = [];
  readonly #metrics = new Metrics('test');
  readonly #log = pino(
    { level: 'debug', base: null },
    { write: (line) => this.logLines.push(line) },
  );
  readonly #sessionLog = new SessionLog(this.#log, this.clock.now);
  readonly store: MemorySessionStore = new MemorySessionStore({
    clock: this.clock.now,
    observer: {
      wrote: (event, check) => {
        this.#metrics.sessions.wrote(event);
        this.#sessionLog.wrote(event, check);
      },
    },
  });
  readonly #policies: PolicySet;
  readonly #observations: CheckObservation[] = [];
  readonly #check: ReturnType<typeof createCheckHandler>;

  /** @param tokens by default there is no issuer: no token that Curfew must verify is valid */
  constructor(policyText: string, tokens: TokenVerifier = NO_ISSUER) {
    this.#policies = parsed(policyText);
    const policies = this.#policies;
    this.#metrics.policiesLoaded(policies, '', 0);
    const observers = [new CheckLog(this.#log, this.clock.now), this.#metrics];
    this.#check = createCheckHandler({
      policies: () => policies,
      namesOf,
      subjectNamesOf,
      whyKeysIncomplete: () => this.whyKeysIncomplete,
      hash: (text) => createHash('sha256').update(text).digest('base64url'),
      tokens,
      store: this.store,
      directory: this.store.directory,
      areSubjectsNoted: () => this.areSubjectsNoted,
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
      throw new Error('the observer must get a check once');
    }
    return { reply, wire: encodeReply(reply), observation };
  }

  /** Opens a session as a login service does. With `old`, under the previous server key. */
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
      maxStalenessMs: 0,
    };
    const outcome = await this.store.open({
      key,
      rule,
      source: this.#ruleOf(source),
      opening: 'registered',
      startedAtMs: undefined,
    });
    if (outcome.kind !== 'live') throw new Error(`registering ended in ${outcome.kind}`);
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
  };
}
