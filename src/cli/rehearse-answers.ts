import { createHash, randomBytes } from 'node:crypto';
import { createSessionNames } from '../keys/session-names.ts';
import { createSubjectNames } from '../keys/subject-names.ts';
import type { CheckHandler } from '../authz/check-call.ts';
import type { TokenVerifier } from '../authz/token-verifier.ts';
import { identify } from '../identity/identify.ts';
import type { CheckObservation } from '../authz/check-observer.ts';
import { createCheckHandler } from '../authz/check-handler.ts';
import type { PolicySet } from '../policy/selection/policy-set.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import type { SessionNames } from '../session/session-key.ts';
import { StoreUnavailable } from '../session/session-store.ts';
import type { SessionStore, TouchRule } from '../session/session-store.ts';
import { MemorySessionStore } from '../store/memory/memory-session-store.ts';
import type { CheckReply } from '../verdict/check-reply.ts';
import { causeWords } from './cause-words.ts';
import { verifyGivenTokens, withEnvoysPayloads } from './given-tokens.ts';
import type { GivenTokens } from './given-tokens.ts';
import { scenesOf } from './rehearsal-scenes.ts';
import type { Scene, Situation } from './rehearsal-scenes.ts';

/** One answer, as the server's own code gave it. */
export interface RehearsedAnswer {
  readonly situation: Situation;
  /** Whose credential it was. */
  readonly source: string | undefined;
  readonly verdict: CheckObservation['verdict'];
  readonly reason: CheckObservation['reason'];
  /** What is wrong with the credential. */
  readonly cause: CheckObservation['cause'];
  /** The cause in words, or why keys could not be read. */
  readonly why: readonly string[];
  readonly reply: CheckReply;
}

/** Longer than keys are waited for. */
const DECISION_BUDGET_MS = 15_000;

/**
 * Runs the server's own check handler on an embedded store and a clock that is set by hand, once for each situation that
 * a session can be in. No decision is made here.
 */
export async function rehearseAnswers(
  policies: PolicySet,
  given: RequestFacts,
): Promise<readonly RehearsedAnswer[]> {
  const selection = policies.select(given);
  const stage: Stage = { policies, nowMs: Date.now(), tokens: undefined };
  if ('kind' in selection || selection.policy.session === 'off') {
    return [await rehearse(stage, { situation: 'request as given', facts: given })];
  }
  const { admittedSources } = selection;
  const verified = withEnvoysPayloads(admittedSources, given);
  const scenes = scenesOf(policies, selection.policy, verified, stage.nowMs);
  const isToken = identify(admittedSources, verified).kind === 'token';
  const tokens = isToken ? await verifyGivenTokens(admittedSources, stage.nowMs) : undefined;
  try {
    return await Promise.all(scenes.map((scene) => rehearse({ ...stage, tokens }, scene)));
  } finally {
    tokens?.close();
  }
}

interface Stage {
  readonly policies: PolicySet;
  readonly nowMs: number;
  /** `undefined`: the request holds no token of which Curfew verifies the signature. */
  readonly tokens: GivenTokens | undefined;
}

async function rehearse(stage: Stage, scene: Scene): Promise<RehearsedAnswer> {
  let nowMs = stage.nowMs;
  let names: SessionNames | undefined;
  let observation: CheckObservation | undefined;
  const memory = new MemorySessionStore({ clock: () => nowMs });
  const serverKey = randomBytes(32);
  const namesOf = createSessionNames([serverKey]);
  const subjectNamesOf = createSubjectNames([serverKey]);
  const handlerOver = (store: SessionStore) =>
    createCheckHandler({
      policies: () => stage.policies,
      namesOf: (source, credential) => (names = namesOf(source, credential)),
      subjectNamesOf,
      whyKeysIncomplete: () => undefined,
      hash: (text) => createHash('sha256').update(text).digest('base64url'),
      tokens: verifierFor(scene, stage),
      store,
      directory: memory.directory,
      areSubjectsNoted: () => true,
      observer: { checked: (seen) => (observation = seen) },
      clock: { monotonicMs: () => 0, wallMs: () => stage.nowMs },
      inFlightMax: 1,
      decisionBudgetMs: DECISION_BUDGET_MS,
    });
  if (scene.past !== undefined) {
    // First the same request with a store that is down, only to learn the session's name.
    await askedOnce(handlerOver(DOWN), scene.facts);
    nowMs = stage.nowMs - scene.past.quietMs;
    await prepare(memory, names, stage, scene);
    nowMs = stage.nowMs;
  }
  const store = scene.storeIsDown === true ? DOWN : memory;
  const reply = await askedOnce(handlerOver(store), scene.facts);
  await memory.close();
  if (observation === undefined) throw new Error('the handler did not report to its observer');
  const { verdict, reason, cause } = observation;
  const why = scene.isGiven === true ? whyOf(observation, stage) : [];
  const { situation, source } = scene;
  return { situation, source: source?.name, verdict, reason, cause, why, reply };
}

/** Samples are not signed, and count as verified. */
function verifierFor(scene: Scene, { tokens }: Stage): TokenVerifier {
  if (scene.isGiven === true && tokens !== undefined) return tokens;
  return { verify: () => ({ kind: 'verified', claims: scene.claims ?? {} }) };
}

function whyOf({ verdict, source, cause }: CheckObservation, stage: Stage): readonly string[] {
  const place = stage.policies.sources.find(({ name }) => name === source)?.place;
  const words = cause && place?.kind === 'jwt' ? causeWords(cause, place) : undefined;
  const faults = verdict === 'none' ? stage.tokens?.faults : undefined;
  return [...(words === undefined ? [] : [words]), ...(faults ?? [])];
}

function askedOnce(handler: CheckHandler, facts: RequestFacts): Promise<CheckReply> {
  return new Promise((resolve) => {
    handler(facts, { cancelled: false, answer: resolve });
  });
}

/** A rule under which nothing ends: it only writes the past of a session. */
const WRITING: TouchRule = {
  policy: 'explain',
  idleTimeoutMs: undefined,
  absoluteTimeoutMs: undefined,
  onExpiry: 'keep',
  mode: 'enforce',
  countsAsActivity: true,
  maxStalenessMs: 0,
};

async function prepare(
  store: SessionStore,
  names: SessionNames | undefined,
  stage: Stage,
  { past, source }: Scene,
): Promise<void> {
  const rule = stage.policies.sourceRules.get(source?.name ?? '');
  if (names === undefined || rule === undefined || past === undefined) return;
  const { key } = names;
  const startedAtMs = stage.nowMs - past.startedAgoMs;
  await store.open({ key, rule: WRITING, source: rule, opening: 'registered', startedAtMs });
  if (past.revoked) await store.end({ key, source: rule, by: 'revoked' });
}

const downFault = (): StoreUnavailable => new StoreUnavailable('down', 'the store is down');
const isDown = (): Promise<never> => Promise.reject(downFault());

const DOWN: SessionStore = {
  touch: (_request, _deadlineAtMs, receiver) => receiver.failed(downFault()),
  open: isDown,
  visitLogin: isDown,
  end: isDown,
  claim: isDown,
};
