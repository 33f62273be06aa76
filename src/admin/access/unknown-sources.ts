import type { NamedGrant } from './grant.ts';

/**
 * Warnings about issuers that are bound to sources which the policy file does not have: all of their
 * calls for such a source would be forbidden, most likely because of a typing error.
 */
export function unknownSources(
  grants: readonly NamedGrant[],
  known: ReadonlySet<string>,
): readonly string[] {
  const bindings = grants.flatMap(({ name, grant: { sources } }) =>
    [...(sources ?? [])].filter((source) => !known.has(source)).map((source) => ({ name, source })),
  );
  const warnings = bindings.map(
    ({ name, source }) =>
      `${name} is bound to the source ${source}, which the policy file does not have`,
  );
  return [...new Set(warnings)];
}
