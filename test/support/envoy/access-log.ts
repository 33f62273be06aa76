import type { Envoy } from './envoy.ts';
import { eventually } from '../time/eventually.ts';

/** One entry of Envoy's access log, as the production example writes it. */
export interface AccessLogEntry {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly flags: string | null;
  readonly details: string | null;
  /** Curfew's metadata, or null if it gave no verdict. */
  readonly curfew: Readonly<Record<string, unknown>> | null;
}

/**
 * The entry of the first request for this path (of those with this reason of Curfew). Waits for it, since Envoy
 * writes its log with a delay.
 */
export function accessLogEntry(
  envoy: Envoy,
  path: string,
  reason?: string,
): Promise<AccessLogEntry> {
  return eventually(`access log entry of ${path}`, () =>
    accessLogEntries(envoy.log())
      .filter((entry) => entry.path === path)
      .find((entry) => reason === undefined || entry.curfew?.['reason'] === reason),
  );
}

/**
 * Every entry in a log of Envoy that also has other lines. An entry need not be a line of its own: under load
 * two of them have been seen on one line.
 */
export function accessLogEntries(log: string): readonly AccessLogEntry[] {
  const entries: AccessLogEntry[] = [];
  for (let at = log.indexOf('{'); at !== -1; at = log.indexOf('{', at)) {
    const end = endOfObject(log, at);
    const entry = end === -1 ? undefined : parsed(log.slice(at, end));
    if (entry !== undefined) entries.push(entry);
    at = entry === undefined ? at + 1 : end;
  }
  return entries;
}

/** Just after the brace that closes the one at `start`; -1 if there is none. Braces in strings do not count. */
function endOfObject(text: string, start: number): number {
  const token = /"(?:[^"\\\n]|\\.)*"|[{}]|\n/g;
  token.lastIndex = start;
  let depth = 0;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    if (found[0] === '\n') return -1;
    if (found[0] === '{') depth += 1;
    if (found[0] === '}') depth -= 1;
    if (depth === 0) return token.lastIndex;
  }
  return -1;
}

function parsed(text: string): AccessLogEntry | undefined {
  try {
    const entry = JSON.parse(text) as Partial<AccessLogEntry>;
    return typeof entry.path === 'string' ? (entry as AccessLogEntry) : undefined;
  } catch {
    return undefined;
  }
}
