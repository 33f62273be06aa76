import { randomBytes } from 'node:crypto';
import type { Answer, Question, Recording } from '../oracle/recording.ts';
import { Dice } from './dice.ts';
import type { Fault } from './fault.ts';
import type { FaultyStore } from './faulty-store.ts';
import { noticed } from './noticed-losses.ts';
import { rollPolicies, type TimeScale } from './policy-versions.ts';
import { Recorder } from './recorder.ts';
import { replicaFaults } from './replica-faults.ts';
import { startReplicas } from './replicas.ts';
import type { Replica } from './replica.ts';
import { makeFaults } from './schedule.ts';
import { beUser } from './user.ts';
import type { Session } from './user.ts';

export interface RunOptions {
  readonly store: FaultyStore;
  readonly seed: number;
  readonly seconds: number;
  readonly users: number;
  readonly scale: TimeScale;
  /** The pause between two faults. */
  readonly pauseMs: readonly [lo: number, hi: number];
  /** Which faults; by default those of the store and of the replicas. */
  readonly choose?: (fault: Fault) => boolean;
  /** The entry point of Curfew; by default the sources. */
  readonly program?: string;
  /** How the store's clock relates to that of this process; by default they are the same. */
  readonly clock?: Recording['clock'];
  readonly touchIntervalMs?: number;
}

/** How often two faults come at once. */
const AT_ONCE = 0.15;

/** Lets users ask real replicas of Curfew while faults are made, and returns what they saw. */
export async function run(options: RunOptions): Promise<Recording> {
  const { store, seed, seconds, users, scale, choose = () => true } = options;
  const { program, clock, touchIntervalMs = 0 } = options;
  const dice = new Dice(seed);
  const recorder = new Recorder({ policies: rollPolicies(dice, scale), touchIntervalMs }, clock);
  const replicas = await startReplicas({
    stores: store.urls,
    flags: store.flags,
    recorder,
    ...(program !== undefined && { program }),
  });
  try {
    await replicas.ready();
    const untilMs = Date.now() + seconds * 1_000;
    const askers = new Askers(replicas.all, recorder);
    let isFaulty = true;
    const world = {
      policies: () => recorder.file.policies,
      isOver: () => Date.now() >= untilMs && !isFaulty,
      newSession: () => askers.newSession(),
    };
    const faults = [...store.faults, ...replicaFaults(replicas, recorder, scale)]
      .filter(choose)
      .map((fault) => noticed(fault, replicas));
    const { pauseMs } = options;
    const schedule = { faults, recorder, untilMs, pauseMs, atOnce: AT_ONCE };
    await Promise.all([
      ...Array.from({ length: users }, (_, number) => {
        const own = dice.apart(number);
        const ask = (session: Session, question: Question, atOnce = false): Promise<Answer> =>
          atOnce
            ? askers.askAll(session, question)
            : askers.ask(own.anyOf(replicas.all), session, question);
        return beUser({ ...world, ask }, own);
      }),
      makeFaults(schedule, dice.apart(-1)).finally(() => (isFaulty = false)),
    ]);
    return recorder.recording(store.name, seed);
  } finally {
    await replicas.stop();
  }
}

/** Asks, and records each question with its answer. */
class Askers {
  readonly #replicas: readonly Replica[];
  readonly #recorder: Recorder;
  #sessions = 0;

  constructor(replicas: readonly Replica[], recorder: Recorder) {
    this.#replicas = replicas;
    this.#recorder = recorder;
  }

  newSession(): Session {
    this.#sessions += 1;
    return { number: this.#sessions, credential: randomBytes(16).toString('hex') };
  }

  async ask(replica: Replica, session: Session, question: Question): Promise<Answer> {
    const sentAtMs = Date.now();
    const answer = await replica.ask(session.credential, question);
    const answeredAtMs = Date.now();
    const { number } = session;
    this.#recorder.entries.push({ session: number, question, sentAtMs, answeredAtMs, answer });
    return answer;
  }

  /** Asks all replicas at once. */
  async askAll(session: Session, question: Question): Promise<Answer> {
    const answers = await Promise.all(
      this.#replicas.map((replica) => this.ask(replica, session, question)),
    );
    return answers.find(({ kind }) => kind !== 'none') ?? { kind: 'none', why: 'no replica' };
  }
}
