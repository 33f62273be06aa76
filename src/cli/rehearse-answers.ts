import { createHash, randomBytes } from 'node:crypto';
import { createSessionNames } from '../app/session-names.ts';
import type { CheckHandler } from '../authz/check-call.ts';
import type { CheckObservation } from '../authz/check-observer.ts';
import { createCheckHandler } from '../authz/check-handler.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { RequestFacts } from '../session/request-facts.ts';
import type { SessionNames } from '../session/session-key.ts';
import { StoreUnavailable } from '../session/session-store.ts';
import type { SessionStore, TouchRule } from '../session/session-store.ts';
import { MemorySessionStore } from '../store/memory-session-store.ts';
import type { CheckReply } from '../verdict/check-reply.ts';
import { scenesOf } from './rehearsal-scenes.ts';
import type { Scene, Situation } from './rehearsal-scenes.ts';

/** One answer, as the server's own code gave it. */
export interface RehearsedAnswer {
  readonly situation: Situation;
  /** Whose credential it was. */
  readonly source: string | undefined;
  readonly verdict: CheckObservation['verdict'];
  readonly reason: CheckObservation['reason'];
  readonly reply: CheckReply;
}

const DECISION_BUDGET_MS = 1_000;

/**
 * Runs the server's own check handler on an embedded store and a clock that is set by hand, once for each situation that
 * a session can be in. Nothing here decides anything.
 */
export async function rehearseAnswers(
  policies: PolicySet,
  given: RequestFacts,
): Promise<readonly RehearsedAnswer[]> {
  const selection = policies.select(given);
  const stage = { policies, nowMs: Date.now() };
  if ('kind' in selection || selection.policy.session === 'off') {
    return [await rehearse(stage, { situation: 'request as given', facts: given })];
  }
  const scenes = scenesOf(policies, selection.policy, given, stage.nowMs);
  return Promise.all(scenes.map((scene) => rehearse(stage, scene)));
}

interface Stage {
  readonly policies: PolicySet;
  readonly nowMs: number;
}

async function rehearse(stage: Stage, scene: Scene): Promise<RehearsedAnswer> {
  let nowMs = stage.nowMs;
  let names: SessionNames | undefined;
  let observation: CheckObservation | undefined;
  const memory = new MemorySessionStore({ clock: () => nowMs });
  let store: SessionStore = DOWN;
  const namesOf = createSessionNames([randomBytes(32)]);
  const handler = createCheckHandler({
    policies: () => stage.policies,
    namesOf: (source, credential) => (names = namesOf(source, credential)),
    whyKeysIncomplete: () => undefined,
    hash: (text) => createHash('sha256').update(text).digest('base64url'),
    tokens: { verify: () => scene.claims },
    store: {
      touch: (request, deadlineAtMs, receiver) => store.touch(request, deadlineAtMs, receiver),
      open: (request) => store.open(request),
      claim: (at, name) => store.claim(at, name),
      end: (request) => store.end(request),
      sweep: (sources, max) => store.sweep(sources, max),
      close: () => store.close(),
    },
    observer: { checked: (seen) => (observation = seen) },
    clock: { monotonicMs: () => 0, wallMs: () => stage.nowMs },
    inFlightMax: 1,
    decisionBudgetMs: DECISION_BUDGET_MS,
  });
  if (scene.past !== undefined) {
    // The same question first, to a store that is down, only to learn the session's name.
    await askedOnce(handler, scene.facts);
    nowMs = stage.nowMs - scene.past.quietMs;
    await prepare(memory, names, stage, scene);
    nowMs = stage.nowMs;
  }
  if (scene.storeIsDown !== true) store = memory;
  const reply = await askedOnce(handler, scene.facts);
  await memory.close();
  if (observation === undefined) throw new Error('the handler did not tell its observer');
  const { verdict, reason } = observation;
  return { situation: scene.situation, source: scene.source?.name, verdict, reason, reply };
}

function askedOnce(handler: CheckHandler, facts: RequestFacts): Promise<CheckReply> {
  return new Promise((resolve) => {
    handler(facts, { cancelled: false, answer: resolve });
  });
}

/** A rule under which nothing ends: the past of a session is written, not judged. */
const WRITING: TouchRule = {
  policy: 'explain',
  idleTimeoutMs: undefined,
  absoluteTimeoutMs: undefined,
  onExpiry: 'keep',
  mode: 'enforce',
  countsAsActivity: true,
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
  end: isDown,
  sweep: isDown,
  claim: isDown,
  close: () => Promise.resolve(),
};
