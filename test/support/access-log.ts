import type { Envoy } from './envoy.ts';
import { eventually } from './eventually.ts';

/** One line of Envoy's access log, as the production example writes it. */
export interface AccessLogEntry {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly flags: string | null;
  readonly details: string | null;
  /** What Curfew said, or null where it gave no verdict. */
  readonly curfew: Readonly<Record<string, unknown>> | null;
}

/**
 * The entry of the first request for this path (of those that Curfew gave this reason for); waits for it, as Envoy
 * writes its log with some delay.
 */
export function accessLogEntry(
  envoy: Envoy,
  path: string,
  reason?: string,
): Promise<AccessLogEntry> {
  return eventually(`access log line of ${path}`, () =>
    envoy
      .log()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as AccessLogEntry)
      .filter((entry) => entry.path === path)
      .find((entry) => reason === undefined || entry.curfew?.['reason'] === reason),
  );
}
