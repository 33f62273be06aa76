import type { FieldRule } from './matcher-field.ts';

/** `context`: entries of the route's `context_extensions`, all of which must be equal. */
export const contextField: FieldRule<Readonly<Record<string, string>>> = {
  testsOf: (entries) =>
    Object.entries(entries).map(([key, value]) => ({
      field: 'context',
      wanted: `${key}: ${value}`,
      passes: ({ context }) => context.get(key) === value,
      found: ({ context }) => context.get(key),
    })),
  covers: (wide, narrow) => Object.entries(wide).every(([key, value]) => narrow?.[key] === value),
  headersOf: () => [],
};
