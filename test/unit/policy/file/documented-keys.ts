import { policyFileJsonSchema } from '../../../../src/policy/file/json-schema.ts';

/** One key of the policy file, and what the published schema says of it. */
export interface DocumentedKey {
  /** Keys from the root of the file to this one, lists left out: `policies`, `match`, `host`. */
  readonly path: readonly string[];
  readonly description: unknown;
  readonly examples: unknown;
}

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly description?: unknown;
  readonly examples?: unknown;
}

/** Every key that a policy file may have, from the top down. */
export function documentedKeys(
  node: Node = policyFileJsonSchema(),
  above: readonly string[] = [],
): readonly DocumentedKey[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([key, property]) => {
    const path = [...above, key];
    const { description, examples } = property;
    return [{ path, description, examples }, ...documentedKeys(property, path)];
  });
  const inner = [node.items, ...(node.anyOf ?? [])].filter((each) => each !== undefined);
  return [...own, ...inner.flatMap((each) => documentedKeys(each, above))];
}
