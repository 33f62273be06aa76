/** What every part of the benchmark is told. */
export interface BenchOptions {
  /** `quick` is for trying it: its figures are worth nothing. */
  readonly size: 'quick' | 'full';
  /** Curfew's entry point, and what that is: the build, or the sources. */
  readonly program: string;
  /** How Curfew is to serve: its `--transport`. By default whatever its own default is. */
  readonly transport: string | undefined;
  /** Tells whoever waits what is being done. */
  say(what: string): void;
}

/** One part of the benchmark. */
export interface Part {
  readonly name: string;
  readonly title: string;
  /** False: run only when asked for by name, and printed only. */
  readonly isKept: boolean;
  /** Measures, and answers what is to be read under the title, as Markdown. */
  run(options: BenchOptions): Promise<string>;
}
