import type { QueryMatchEntry } from '../../file/policy-file.ts';
import { queryOf } from '../../../terms/path.ts';
import type { FieldRule } from './matcher-field.ts';

/** `query`: a parameter of the query that is present, or has exactly one value. */
export const queryField: FieldRule<QueryMatchEntry> = {
  testsOf: ({ name, value }) => [
    {
      field: 'query',
      wanted: value === undefined ? name : `${name}=${value}`,
      passes: ({ target }) =>
        parametersOf(queryOf(target)).some(
          (parameter) =>
            parameter.name === name && (value === undefined || parameter.value === value),
        ),
      found: () => undefined,
    },
  ],
  covers: (wide, narrow) =>
    wide.name === narrow?.name && (wide.value === undefined || wide.value === narrow.value),
  headersOf: () => [],
};

interface Parameter {
  readonly name: string;
  readonly value: string;
}

/** Decoded as forms are; some servers also separate parameters by semicolons. */
function parametersOf(query: string): readonly Parameter[] {
  return query.split(/[&;]/).map((pair) => {
    const equals = pair.indexOf('=');
    return equals === -1
      ? { name: decode(pair), value: '' }
      : { name: decode(pair.slice(0, equals)), value: decode(pair.slice(equals + 1)) };
  });
}

/** A text with a broken escape stays as it was sent. */
function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
