import { createHash, randomBytes } from 'node:crypto';
import { Metrics } from '../../../src/telemetry/metrics/metrics.ts';
import { createSessionNames } from '../../../src/keys/session-names.ts';
import { createCheckHandler } from '../../../src/authz/check-handler.ts';
import { identify } from '../../../src/identity/identify.ts';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import type { PolicySet } from '../../../src/policy/selection/policy-set.ts';
import type { Selection } from '../../../src/terms/effective-policy.ts';
import type { RequestFacts } from '../../../src/terms/request-facts.ts';
import type { SessionTag } from '../../../src/session/session-key.ts';
import type { SessionStore } from '../../../src/session/session-store.ts';
import type { LiveOutcome } from '../../../src/session/touch-outcome.ts';
import { decodeCheckRequest } from '../../../src/transport/codec/decode-check-request.ts';
import { encodeReply } from '../../../src/transport/codec/encode-reply.ts';
import { buildReply } from '../../../src/verdict/build-reply.ts';
import { decide } from '../../../src/verdict/decide.ts';
import type { CheckReply } from '../../../src/verdict/check-reply.ts';
import { MemorySessionStore } from '../../../src/store/memory/memory-session-store.ts';
import { subjectNamesOf } from '../../support/decision/subject-names.ts';
import { benchPolicy, checkRequestOf, credentialOf } from '../workload.ts';

/** One stage to time. `run` returns a result, so that V8 cannot leave it out. */
export interface Stage {
  readonly name: string;
  run(n: number): unknown;
}

const SESSIONS = 1_000;
const NOW_MS = 1_700_000_000_000;
const LIVE: LiveOutcome = {
  kind: 'live',
  clocks: {
    nowMs: NOW_MS,
    startedAtMs: NOW_MS - 3_600_000,
    lastActivityAtMs: NOW_MS - 20_000,
    longestGapMs: 90_000,
  },
  activity: 'skipped',
  opened: false,
};

const policies = parsedPolicies();
const source = pick(policies.sources, 0);
const namesOf = createSessionNames([randomBytes(32)]);
const metrics = new Metrics('bench');
metrics.policiesLoaded(policies, '', 0);

// One of each for every session, so that no cache helps that a real service would not have.
const requests = numbers().map((n) => checkRequestOf(n, 'raw'));
const mapRequests = numbers().map((n) => checkRequestOf(n, 'map'));
const facts = requests.map((bytes) => decodeCheckRequest(bytes, 200, policies.wantedHeaders));
const mapFacts = mapRequests.map((bytes) => decodeCheckRequest(bytes, 200, policies.wantedHeaders));
// Paths of the same policy that servers might read in several ways.
const mixedCase = facts.map((each, n) => ({ ...each, path: `/orders/Lines${n}?page=2` }));
const finalSlash = facts.map((each, n) => ({ ...each, path: `/orders/lines${n}/?page=2` }));
const suffixed = facts.map((each, n) => ({ ...each, path: `/orders/lines${n}.js?page=2` }));
const escaped = facts.map((each, n) => ({ ...each, path: `/orders/lines%20${n}?page=2` }));
const credentials = numbers().map(credentialOf);
const anyFacts = pick(facts, 0);
const selection = selected(anyFacts);
const allowed = verdict(anyFacts, selection);

const store: Pick<SessionStore, 'touch'> = {
  touch: (_request, _deadlineAtMs, receiver) => receiver.touched(LIVE),
};
const handler = createCheckHandler({
  policies: () => policies,
  namesOf,
  subjectNamesOf,
  whyKeysIncomplete: () => undefined,
  hash: (text) => createHash('sha256').update(text).digest('base64url'),
  tokens: { verify: () => ({ kind: 'invalid', cause: 'unknown_key' }) },
  store: store as SessionStore,
  directory: new MemorySessionStore({ clock: Date.now }).directory,
  areSubjectsNoted: () => true,
  observer: metrics,
  clock: { monotonicMs: () => performance.now(), wallMs: () => Date.now() },
  inFlightMax: 512,
  decisionBudgetMs: 150,
});

export const stages: readonly Stage[] = [
  { name: 'identity + policy + verdict', run: (n) => decided(pick(facts, n)) },
  { name: '– the same, map form', run: (n) => decided(pick(mapFacts, n)) },
  { name: '– policy: select one of 50', run: (n) => selected(pick(facts, n)) },
  { name: '– policy: mixed case', run: (n) => selected(pick(mixedCase, n)) },
  { name: '– policy: final slash', run: (n) => selected(pick(finalSlash, n)) },
  { name: '– policy: file suffix', run: (n) => selected(pick(suffixed, n)) },
  { name: '– policy: escaped space', run: (n) => selected(pick(escaped, n)) },
  { name: '– identity: find the cookie', run: (n) => identify(policies.sources, pick(facts, n)) },
  { name: '– verdict: decide, build the reply', run: (n) => verdict(pick(facts, n), selection) },
  { name: 'session key and tag (two HMACs)', run: (n) => namesOf('web', pick(credentials, n)) },
  {
    name: 'the handler whole, with metrics, over a store that answers at once',
    run: (n) => handled(pick(facts, n)),
  },
  {
    name: 'transport: bytes to facts, raw form',
    run: (n) => decodeCheckRequest(pick(requests, n), 200, policies.wantedHeaders),
  },
  {
    name: 'transport: bytes to facts, map form',
    run: (n) => decodeCheckRequest(pick(mapRequests, n), 200, policies.wantedHeaders),
  },
  { name: 'transport: reply to bytes', run: () => encodeReply(allowed) },
];

assertAllowed();

function decided(request: RequestFacts): CheckReply {
  const found = selected(request);
  if (identify(policies.sources, request).kind !== 'found') throw new Error('no credential found');
  return verdict(request, found);
}

/** The store answers at once, so that the handler does, too. */
function handled(request: RequestFacts): CheckReply {
  let answer: CheckReply | undefined;
  handler(request, { cancelled: false, answer: (reply) => (answer = reply) });
  if (answer === undefined) throw new Error('the handler did not answer at once');
  return answer;
}

function selected(request: RequestFacts): Selection {
  const found = policies.select(request);
  if ('kind' in found) throw new Error(found.kind);
  return found;
}

function verdict(request: RequestFacts, found: Selection): CheckReply {
  const { policy, isDoubtful, passive, isPrefetch } = found;
  return buildReply(decide(LIVE, found, source), {
    facts: request,
    policy,
    isDoubtful,
    passive,
    isPrefetch,
    source,
    admittedSources: policies.sources,
    tag: 'AbCdEfGhIjKl' as SessionTag,
    clocks: LIVE.clocks,
    reachedLimit: undefined,
    endLimits: [],
    cookiesToClear: () => [],
    isLoginSource: false,
    strip: { set: [], remove: [] },
    settings: policies.settings,
  });
}

/** The timed check must be the allow of a session by the last policy, in both forms. */
function assertAllowed(): void {
  for (const request of [anyFacts, pick(mapFacts, 0)]) {
    const reply = handled(request);
    const { reason, policy } = reply.kind === 'none' ? {} : reply.metadata;
    if (reply.kind !== 'allow' || reason !== 'ok' || policy !== 'default') {
      throw new Error(`${reply.kind}, ${reason} by ${policy}`);
    }
  }
}

function parsedPolicies(): PolicySet {
  const parsed = parsePolicyFile(benchPolicy(), 'bench.yaml');
  if (parsed.kind === 'ok') return parsed.policies;
  throw new Error(parsed.problems.map(({ line, message }) => `${line}: ${message}`).join('\n'));
}

function numbers(): number[] {
  return Array.from({ length: SESSIONS }, (_, n) => n);
}

function pick<T>(values: readonly T[], n: number): T {
  const value = values[n % values.length];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}
