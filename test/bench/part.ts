/** The options of every part of the benchmark. */
export interface BenchOptions {
  /** `quick` is for a trial: its figures mean nothing. */
  readonly size: 'quick' | 'full';
  /** Curfew's entry point: of the build, or of the sources. */
  readonly program: string;
  /** Curfew's `--transport`; by default Curfew's own default. */
  readonly transport: string | undefined;
  /** Reports progress. */
  say(what: string): void;
}

/** One part of the benchmark. */
export interface Part {
  readonly name: string;
  readonly title: string;
  /** False: runs only when named, and is only printed. */
  readonly isKept: boolean;
  /** Measures, and returns the text under the title, as Markdown. */
  run(options: BenchOptions): Promise<string>;
}
