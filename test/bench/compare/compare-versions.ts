import { fullHouse, IN_FLIGHT } from '../check/closed-loops.ts';
import type { LoadResult, Pace } from '../load/load-plan.ts';
import { inRounds } from '../rounds.ts';
import { serveCurfew, transportFlags } from '../serve-curfew.ts';
import type { Served } from '../serve-curfew.ts';
import { CannotCompare } from './cannot-compare.ts';
import { pairedRound, turnsOf } from './paired-rounds.ts';
import type { PairedRound, Turn, Version } from './paired-rounds.ts';

/** A check that a busy machine delays must not count as one without a verdict. */
const PATIENT = ['--decision-budget', '2s'] as const;

/** A version as it takes part. */
export interface Contestant {
  /** What a reader calls it. */
  readonly name: string;
  /** The entry point of its build. */
  readonly program: string;
}

export interface CompareOptions {
  readonly versions: Readonly<Record<Version, Contestant>>;
  /** The texts of the policy files that they serve by. */
  readonly policies: Readonly<Record<Version, string>>;
  readonly transport: string | undefined;
  readonly rounds: number;
  readonly checks: CompareChecks;
  /** Reports progress to the person at the terminal. */
  say(what: string): void;
}

/**
 * How much is asked. Numbers of checks and not times: on a busy machine a process gets less done in a
 * second, and would be measured before its code is compiled.
 */
export interface CompareChecks {
  /** Of each process, once. */
  readonly firstWarmUp: number;
  /** Of each turn. */
  readonly warmUp: number;
  readonly measured: number;
}

export interface Comparison {
  readonly rounds: readonly PairedRound[];
  /** Checks that got no verdict, for example because the machine stood still. They count as checks. */
  readonly noVerdict: Readonly<Record<Version, number>>;
}

/** With more of them the mean cost of a check would be that of something else. */
const NO_VERDICT_SHARE_MAX = 0.005;

/**
 * Measures both versions in turns, round by round, each over a Redis of its own. Each round starts
 * both afresh: two processes of one program differ for as long as they run (where their memory lies,
 * what was compiled when), and rounds in the same two would repeat that difference, not average it.
 * @throws {CannotCompare} when a version does not serve, or does not allow what the load asks
 */
export async function compareVersions(options: CompareOptions): Promise<Comparison> {
  const run = new ComparisonRun(options);
  const rounds = await inRounds(options.rounds, async (round) => {
    const costs = await run.round(round);
    const ratio = (costs.new.sumUs / costs.old.sumUs).toFixed(4);
    options.say(`round ${round} of ${options.rounds}: new / old ${ratio}`);
    return costs;
  });
  return { rounds, noVerdict: run.noVerdict() };
}

type Calls = Pick<Extract<Pace, { kind: 'count' }>, 'calls' | 'warmUpCalls'>;

class ComparisonRun {
  readonly #options: CompareOptions;
  readonly #checks: Record<Version, number> = { new: 0, old: 0 };
  readonly #noVerdict: Record<Version, number> = { new: 0, old: 0 };

  constructor(options: CompareOptions) {
    this.#options = options;
  }

  async round(round: number): Promise<PairedRound> {
    const served = new Map<Version, Served>();
    const servedOf = async (version: Version): Promise<Served> => {
      const known = served.get(version) ?? (await this.#start(version));
      served.set(version, known);
      return known;
    };
    try {
      for (const version of new Set(turnsOf(round))) {
        const each = await servedOf(version); // oxlint-disable-line no-await-in-loop -- in turn
        const calls = this.#options.checks.firstWarmUp;
        await this.#ask(version, each, { calls }); // oxlint-disable-line no-await-in-loop
      }
      return await pairedRound(round, async (version) =>
        this.#turn(version, await servedOf(version)),
      );
    } finally {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is as quick
      for (const each of served.values()) await each.stop();
    }
  }

  /** @throws {CannotCompare} when they are too many */
  noVerdict(): Readonly<Record<Version, number>> {
    for (const version of ['new', 'old'] as const) {
      const share = this.#noVerdict[version] / this.#checks[version];
      if (share <= NO_VERDICT_SHARE_MAX) continue;
      const perCent = (share * 100).toFixed(1);
      this.#fail(version, `gave no verdict to ${perCent} % of its checks: too many to compare`);
    }
    return { ...this.#noVerdict };
  }

  async #start(version: Version): Promise<Served> {
    const { versions, policies, transport } = this.#options;
    const { program } = versions[version];
    try {
      const flags = [...transportFlags(transport), ...PATIENT];
      return await serveCurfew({ program, policy: policies[version], flags });
    } catch (error) {
      return this.#fail(version, `does not serve: ${inOneLine(error)}`, error);
    }
  }

  async #turn(version: Version, served: Served): Promise<Turn> {
    const { warmUp: warmUpCalls, measured: calls } = this.#options.checks;
    const load = await this.#ask(version, served, { warmUpCalls, calls });
    this.#checks[version] += Object.values(load.answers).reduce((sum, count) => sum + count, 0);
    this.#noVerdict[version] += load.answers.noVerdict;
    const { curfew: curfewMs = NaN, redis: redisMs = NaN } = load.cpuMs;
    return { checks: load.measured, curfewMs, redisMs };
  }

  async #ask(version: Version, served: Served, calls: Calls): Promise<LoadResult> {
    try {
      return await fullHouse(served, { kind: 'count', inFlight: IN_FLIGHT, ...calls });
    } catch (error) {
      return this.#fail(version, `cannot be measured: ${inOneLine(error)}`, error);
    }
  }

  #fail(version: Version, what: string, cause?: unknown): never {
    throw new CannotCompare(`${this.#options.versions[version].name} ${what}`, { cause });
  }
}

/** The first line says what failed; the last is the newest of a log. */
function inOneLine(error: unknown): string {
  const lines = String(error instanceof Error ? error.message : error)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return [...new Set([lines[0], lines.at(-1)])].join(' ');
}
