import { expect } from 'chai';
import { pino } from 'pino';
import type { Shell } from '../../../src/app/shell.ts';
import { Lifecycle } from '../../../src/process/lifecycle.ts';
import { Metrics } from '../../../src/telemetry/metrics/metrics.ts';
import { Telemetry } from '../../../src/telemetry/telemetry.ts';

/** One line of the log. */
export interface LogLine {
  readonly level: number;
  readonly event: string;
  readonly [field: string]: unknown;
}

/** A shell whose log and metrics can be read. */
export interface RecordedShell extends Shell {
  readonly lines: LogLine[];
  events(): readonly string[];
  /** The value of a metric without labels. */
  sample(name: string): Promise<string | undefined>;
}

export function recordedShell(): RecordedShell {
  const lines: LogLine[] = [];
  const metrics = new Metrics('test');
  const log = pino({ base: null }, { write: (line) => lines.push(JSON.parse(line) as LogLine) });
  return {
    lines,
    lifecycle: new Lifecycle(() => undefined),
    telemetry: new Telemetry(log, metrics, undefined),
    giveUp: (why) => expect.fail(why),
    events: () => lines.map(({ event }) => event),
    sample: async (name) =>
      new RegExp(`^${name} (\\S+)$`, 'm').exec((await metrics.exposition()).text)?.[1],
  };
}
