/** What `npm run test:faults` was asked for. */
export interface PartOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly users: number;
  /** Of the suites that repeat a failover. */
  readonly times: number;
  readonly say: (what: string) => void;
}

export interface PartResult {
  /** In Markdown. */
  readonly table: string;
  /** Whether all held that must hold. */
  readonly isRight: boolean;
}

/** One suite of the long run. */
export interface Part {
  readonly name: string;
  readonly title: string;
  run(options: PartOptions): Promise<PartResult>;
}
