import { policyFileJsonSchema } from '../../src/policy/file/json-schema.ts';

/** As much of a JSON Schema as the page shows. */
export interface SchemaNode {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: unknown;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly description?: string;
  readonly examples?: readonly unknown[];
}

/** One key of the policy file. */
export interface SchemaKey {
  /** From the root of the file, such as `policies[].match[].host`. */
  readonly path: string;
  readonly name: string;
  readonly node: SchemaNode;
  /**
   * The path of a key that was listed before and whose keys are all below this key, too. Only the
   * others are then listed below this one.
   */
  readonly sameKeysAs: string | undefined;
}

/** Every key of the policy file, each before the keys below it. */
export function policyFileKeys(): readonly SchemaKey[] {
  return keysBelow(propertiesOf(policyFileJsonSchema()), '', new Map());
}

type Keys = Readonly<Record<string, SchemaNode>>;

function keysBelow(keys: Keys, path: string, listed: Map<string, Keys>): readonly SchemaKey[] {
  return Object.entries(keys).flatMap(([name, node]) => {
    const own = path === '' ? name : `${path}.${name}`;
    const below = propertiesOf(node);
    const same = [...listed].find(([, other]) => includes(below, other));
    const more = Object.fromEntries(
      Object.entries(below).filter(([key]) => same?.[1][key] === undefined),
    );
    if (same === undefined && Object.keys(below).length > 0) listed.set(own, below);
    return [
      { path: own, name, node, sameKeysAs: same?.[0] },
      ...keysBelow(more, isList(node) ? `${own}[]` : own, listed),
    ];
  });
}

/** Whether a map has all keys of another one, with the same meaning. */
function includes(keys: Keys, other: Keys): boolean {
  return Object.entries(other).every(
    ([name, node]) => JSON.stringify(keys[name]) === JSON.stringify(node),
  );
}

/** The keys of a map, of the maps in a list, or of the map among several forms. */
function propertiesOf(node: SchemaNode): Readonly<Record<string, SchemaNode>> {
  if (node.properties !== undefined) return node.properties;
  if (node.items !== undefined) return propertiesOf(node.items);
  const forms = node.anyOf?.map(propertiesOf) ?? [];
  return forms.find((form) => Object.keys(form).length > 0) ?? {};
}

function isList(node: SchemaNode): boolean {
  return node.type === 'array';
}
