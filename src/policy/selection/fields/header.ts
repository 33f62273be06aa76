import type { HeaderMatchEntry, MatcherEntry } from '../../file/policy-file.ts';
import type { FieldRule } from './matcher-field.ts';

/** `header`: one request header or several, each of which is present, or has exactly one value. */
export const headerField: FieldRule<NonNullable<MatcherEntry['header']>> = {
  testsOf: (wanted) =>
    headerEntries(wanted).map(({ name: written, value }) => {
      const name = written.toLowerCase();
      return {
        field: 'header',
        wanted: value === undefined ? name : `${name}: ${value}`,
        passes: ({ headers }) =>
          headers.some(
            (line) => line.name === name && (value === undefined || line.value === value),
          ),
        found: () => undefined,
      };
    }),
  covers: (wide, narrow) =>
    headerEntries(wide).every((one) => headerEntries(narrow).some((other) => covers(one, other))),
  headersOf: (wanted) => headerEntries(wanted).map(({ name }) => name.toLowerCase()),
};

/** The headers of a matcher, which the file writes alone or as a list. */
export function headerEntries(header: MatcherEntry['header']): readonly HeaderMatchEntry[] {
  if (header === undefined) return [];
  return 'name' in header ? [header] : header;
}

function covers(wide: HeaderMatchEntry, narrow: HeaderMatchEntry): boolean {
  if (wide.name.toLowerCase() !== narrow.name.toLowerCase()) return false;
  return wide.value === undefined || wide.value === narrow.value;
}
