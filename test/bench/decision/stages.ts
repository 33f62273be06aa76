import { createHash, randomBytes } from 'node:crypto';
import { Metrics } from '../../../src/app/metrics.ts';
import { createSessionNames } from '../../../src/app/session-names.ts';
import { createCheckHandler } from '../../../src/authz/check-handler.ts';
import { identify } from '../../../src/identity/identify.ts';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import type { PolicySet } from '../../../src/policy/policy-set.ts';
import type { Selection } from '../../../src/session/effective-policy.ts';
import type { RequestFacts } from '../../../src/session/request-facts.ts';
import type { SessionTag } from '../../../src/session/session-key.ts';
import type { SessionStore } from '../../../src/session/session-store.ts';
import type { LiveOutcome } from '../../../src/session/touch-outcome.ts';
import { decodeCheckRequest } from '../../../src/transport/decode-check-request.ts';
import { encodeReply } from '../../../src/transport/encode-reply.ts';
import { buildReply } from '../../../src/verdict/build-reply.ts';
import { decide } from '../../../src/verdict/decide.ts';
import type { CheckReply } from '../../../src/verdict/check-reply.ts';
import { benchPolicy, checkRequestOf, credentialOf } from '../workload.ts';

/** One thing to time. `run` answers something, so that nobody may leave it out. */
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
const namesOf = createSessionNames([randomBytes(32)]);
const metrics = new Metrics('bench');
metrics.policiesInForce(policies, '', 0);

// One of each for every session, so that nothing is found in a cache that a real service would not have.
const requests = numbers().map((n) => checkRequestOf(n, 'raw'));
const mapRequests = numbers().map((n) => checkRequestOf(n, 'map'));
const facts = requests.map((bytes) => decodeCheckRequest(bytes, 200, policies.wantedHeaders));
const mapFacts = mapRequests.map((bytes) => decodeCheckRequest(bytes, 200, policies.wantedHeaders));
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
  whyKeysIncomplete: () => undefined,
  hash: (text) => createHash('sha256').update(text).digest('base64url'),
  tokens: { verify: () => undefined },
  store: store as SessionStore,
  observer: metrics,
  clock: { monotonicMs: () => performance.now(), wallMs: () => Date.now() },
  inFlightMax: 512,
  decisionBudgetMs: 150,
});

export const stages: readonly Stage[] = [
  { name: 'identity + policy + verdict', run: (n) => decided(pick(facts, n)) },
  { name: '– the same, map form', run: (n) => decided(pick(mapFacts, n)) },
  { name: '– policy: select one of 50', run: (n) => selected(pick(facts, n)) },
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

/** The store answers before it is asked for more, so that the handler does, too. */
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

function verdict(request: RequestFacts, { policy, ambiguousPath, passive }: Selection): CheckReply {
  return buildReply(decide(LIVE, { policy, ambiguousPath, passive }, 'first-use'), {
    facts: request,
    policy,
    ambiguousPath,
    source: policies.sources[0],
    admittedSources: policies.sources,
    tag: 'AbCdEfGhIjKl' as SessionTag,
    clocks: LIVE.clocks,
    reachedLimit: undefined,
    strip: { set: [], remove: [] },
    settings: policies.settings,
  });
}

/** What is timed must be the allow of a session by the last policy, in both forms. */
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
