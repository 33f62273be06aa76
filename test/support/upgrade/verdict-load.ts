import { setTimeout as sleep } from 'node:timers/promises';
import { newCredential } from '../envoy/edge.ts';
import { curfewMetadata } from '../requests/check-request.ts';
import type { CheckClient } from '../requests/check-request.ts';
import { SessionModel } from './session-model.ts';
import type { ModelledLimits, ModelledPolicy } from './session-model.ts';

/** What a load has seen. */
export interface VerdictReport {
  verdicts: number;
  /** Checks without a verdict. Their sessions are given up, because the model lost track of them. */
  noVerdicts: string[];
  /** Every verdict that no version may give. */
  readonly wrong: string[];
  /** Sessions that were followed until after their end, challenged or ended on request. */
  followed: number;
  challenged: number;
  endedOnRequest: number;
  registered: number;
}

export interface VerdictLoadOptions {
  readonly policies: readonly ModelledPolicy[];
  /** The policy with the longest limits. */
  readonly ending: ModelledPolicy;
  /** The replicas that get checks now. */
  readonly clients: () => readonly CheckClient[];
  /** Whether every replica that runs now holds a session to its own limits. */
  readonly holdsOwnLimits: () => boolean;
  /**
   * Registers a session before its first request. Returns its own limits. A fault means that it may
   * or may not be there.
   */
  readonly register: (credential: string) => Promise<ModelledLimits | undefined>;
  /** Ends a session on request. Returns the reasons that later checks may be refused for. */
  readonly end: (credential: string) => Promise<readonly string[]>;
}

const LANES = 24;
/** The part of the sessions that are registered. */
const REGISTERED = 0.3;
/** How often an ended session is asked about again. */
const REFUSALS = 6;
const PAUSES_MS = [20, 60, 120, 200, 300];
const LONG_PAUSES_MS = [600, 900, 1_300, 1_700];

/**
 * Many clients, each with one session after the other, that ask random replicas for random pages
 * after random pauses. Every verdict is compared with what the session must be answered.
 */
export class VerdictLoad {
  readonly report: VerdictReport = {
    verdicts: 0,
    noVerdicts: [],
    wrong: [],
    followed: 0,
    challenged: 0,
    endedOnRequest: 0,
    registered: 0,
  };
  readonly #options: VerdictLoadOptions;
  readonly #lanes: Promise<void>[];
  #isStopped = false;

  constructor(options: VerdictLoadOptions) {
    this.#options = options;
    this.#lanes = Array.from({ length: LANES }, () => this.#lane());
  }

  async stop(): Promise<VerdictReport> {
    this.#isStopped = true;
    await Promise.all(this.#lanes);
    return this.report;
  }

  async #lane(): Promise<void> {
    const { ending, holdsOwnLimits } = this.#options;
    while (!this.#isStopped) {
      // oxlint-disable-next-line no-await-in-loop -- one session after the other
      await this.#follow(newCredential(), new SessionModel(ending, holdsOwnLimits));
    }
  }

  async #follow(credential: string, model: SessionModel): Promise<void> {
    let isKnown = Math.random() < REGISTERED ? await this.#register(credential, model) : true;
    while (isKnown && !this.#isStopped && model.refusals < REFUSALS) {
      // oxlint-disable-next-line no-await-in-loop -- one check after the other
      isKnown = await this.#ask(credential, model);
      // oxlint-disable-next-line no-await-in-loop
      await sleep(anyOf(Math.random() < 0.1 ? LONG_PAUSES_MS : PAUSES_MS));
      if (!model.isEnded && Math.random() < 0.02) {
        // oxlint-disable-next-line no-await-in-loop
        isKnown &&= await this.#end(credential, model);
      }
    }
    if (model.refusals >= REFUSALS) this.report.followed += 1;
    if (model.wasChallenged) this.report.challenged += 1;
  }

  /** False when the model has lost track of the session. */
  async #ask(credential: string, model: SessionModel): Promise<boolean> {
    const { report } = this;
    const policy = anyOf(this.#options.policies);
    const sentAtMs = Date.now();
    const { response, codeName, details } = await anyOf(this.#options.clients()).check({
      path: policy.path,
      headers: { cookie: `sid=${credential}` },
    });
    const answeredAtMs = Date.now();
    if (response === undefined) {
      report.noVerdicts.push(`${codeName} ${details}`);
      return false;
    }
    report.verdicts += 1;
    const isAllowed = response.denied_response === undefined;
    const reason = String(curfewMetadata(response)['reason']);
    const fault = model.judge(policy, { sentAtMs, answeredAtMs, isAllowed, reason });
    if (fault === undefined) return true;
    report.wrong.push(`${policy.path}: ${isAllowed ? 'allow' : 'deny'} ${reason}: ${fault}`);
    return false;
  }

  async #register(credential: string, model: SessionModel): Promise<boolean> {
    const sentAtMs = Date.now();
    try {
      const own = await this.#options.register(credential);
      model.register(sentAtMs, Date.now(), own);
      this.report.registered += 1;
      return true;
    } catch {
      return false;
    }
  }

  async #end(credential: string, model: SessionModel): Promise<boolean> {
    try {
      const reasons = await this.#options.end(credential);
      model.end(reasons);
      this.report.endedOnRequest += 1;
      return true;
    } catch {
      return false;
    }
  }
}

function anyOf<Each>(list: readonly Each[]): Each {
  const chosen = list[Math.floor(Math.random() * list.length)];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
}
