import type { FieldRule } from './matcher-field.ts';

/** `methods`: any of these, case-sensitive. GET includes HEAD, which asks for the same page. */
export const methodsField: FieldRule<readonly string[]> = {
  testsOf(methods) {
    const admitted = withHead(methods);
    return [
      {
        field: 'methods',
        wanted: methods.join(', '),
        passes: ({ method }) => admitted.has(method),
        found: ({ method }) => method,
      },
    ];
  },
  covers(wide, narrow) {
    const admitted = withHead(wide);
    return narrow?.every((method) => admitted.has(method)) ?? false;
  },
  headersOf: () => [],
};

function withHead(methods: readonly string[]): ReadonlySet<string> {
  return new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods);
}
