import type { Entry, FaultWindow, PolicyFile, Recording } from '../oracle/recording.ts';

/** Both clocks are those of this machine; each time is cut to whole milliseconds. */
const SAME_CLOCK = { stepMs: 1, roundingMs: 1 } as const;

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

  /** Records a fault for as long as `inject` takes. */
  async during(
    name: string,
    mayLoseMs: number | undefined,
    inject: () => Promise<void>,
  ): Promise<void> {
    const fromMs = Date.now();
    try {
      await inject();
    } finally {
      const window = { name, fromMs, untilMs: Date.now() };
      this.faults.push(
        mayLoseMs === undefined ? window : { ...window, mayLoseSinceMs: fromMs - mayLoseMs },
      );
    }
  }

  recording(title: string, seed: number): Recording {
    const { entries, faults } = this;
    return { title, seed, clock: this.#clock, files: this.#files, faults, entries };
  }
}
