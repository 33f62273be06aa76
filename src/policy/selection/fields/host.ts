import { readHost } from '../readings/read-host.ts';
import type { FieldRule } from './matcher-field.ts';

/** `host`: exact, or `*.suffix` for all hosts below it. */
export const hostField: FieldRule<string> = {
  testsOf(written) {
    const pattern = readHost(written).normalised;
    return [
      {
        field: 'host',
        wanted: pattern,
        passes: ({ host }) => hostMatches(pattern, host),
        found: ({ host }) => host,
      },
    ];
  },
  covers: (wide, narrow) =>
    narrow !== undefined && hostCovers(readHost(wide).normalised, readHost(narrow).normalised),
  headersOf: () => [],
};

/** Whether a host pattern (exact, or `*.suffix`), in lower case, admits a normalised, well-formed host. */
export function hostMatches(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

function hostCovers(wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  return wide.startsWith('*.') && narrow.replace(/^\*/, '').endsWith(wide.slice(1));
}
