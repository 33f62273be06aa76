import type { Dice } from './dice.ts';
import type { Fault } from './fault.ts';
import type { Entry, FaultWindow, PolicyFile, Recording } from '../oracle/recording.ts';

/** Both clocks are those of this machine; each time is cut to whole milliseconds. */
const SAME_CLOCK = { stepMs: 1, roundingMs: 1 } as const;

/** Replicas that have lost each other are sure after a minute, and say so at the next occasion. */
const AGREED_MAX_MS = 120_000;

/** Collects what the askers see and what is done to the store. */
export class Recorder {
  readonly entries: Entry[] = [];
  readonly faults: FaultWindow[] = [];
  readonly #files: PolicyFile[];
  readonly #clock: Recording['clock'];

  constructor(
    first: Omit<PolicyFile, 'fromMs' | 'untilMs'>,
    clock: Recording['clock'] = SAME_CLOCK,
  ) {
    this.#files = [{ ...first, fromMs: -Infinity, untilMs: Infinity }];
    this.#clock = clock;
  }

  /** The newest policy file. */
  get file(): PolicyFile {
    const file = this.#files.at(-1);
    if (file === undefined) throw new Error('there is no policy file');
    return file;
  }

  /** From now on a replica may use another file. */
  begins(policies: PolicyFile['policies']): void {
    this.#files.push({ ...this.file, policies, fromMs: Date.now() });
  }

  /** No replica uses an earlier file any more. */
  onlyNewest(): void {
    const [newest, before] = [this.#files.pop(), this.#files.pop()];
    if (before !== undefined) this.#files.push({ ...before, untilMs: Date.now() });
    if (newest !== undefined) this.#files.push(newest);
  }

  /** Makes a fault, and records for how long it was there. */
  async during(fault: Fault, dice: Dice): Promise<void> {
    const { name, mayLoseMs, losesAnnouncements } = fault;
    const fromMs = Date.now();
    try {
      await fault.inject(dice);
    } finally {
      const untilMs = Date.now();
      this.faults.push({
        name,
        fromMs,
        untilMs,
        ...(mayLoseMs !== undefined && { mayLoseSinceMs: fromMs - mayLoseMs }),
        ...(losesAnnouncements === true && { plainReasonsUntilMs: untilMs + AGREED_MAX_MS }),
      });
    }
  }

  recording(title: string, seed: number): Recording {
    const { entries, faults } = this;
    return { title, seed, clock: this.#clock, files: this.#files, faults, entries };
  }
}
