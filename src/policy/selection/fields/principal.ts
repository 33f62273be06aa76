import type { FieldRule } from './matcher-field.ts';

/** `principal`: the peer's verified identity, exactly. */
export const principalField: FieldRule<string> = {
  testsOf: (wanted) => [
    {
      field: 'principal',
      wanted,
      passes: ({ principal }) => principal === wanted,
      found: ({ principal }) => principal,
    },
  ],
  covers: (wide, narrow) => wide === narrow,
  headersOf: () => [],
};
