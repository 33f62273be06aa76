import * as z from 'zod';
import { policyFileSchema } from './policy-file-schema.ts';
import type { PathStep } from './problem.ts';

/** The parts of a JSON Schema that are used here. */
interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

let published: Readonly<Record<string, unknown>> | undefined;

/** The JSON Schema (2020-12) of the policy file, from the definitions that also validate it. */
export function policyFileJsonSchema(): Readonly<Record<string, unknown>> {
  published ??= z.toJSONSchema(policyFileSchema, { io: 'input', target: 'draft-2020-12' });
  return published;
}

/** The keys that a map at this place of the file may have. */
export function knownKeysAt(path: readonly PathStep[]): readonly string[] {
  let node: SchemaNode | undefined = policyFileJsonSchema();
  for (const step of path) {
    node = typeof step === 'number' ? listOf(node)?.items : mapOf(node)?.properties?.[step];
  }
  return Object.keys(mapOf(node)?.properties ?? {});
}

function mapOf(node: SchemaNode | undefined): SchemaNode | undefined {
  return node?.anyOf?.find(({ properties }) => properties !== undefined) ?? node;
}

function listOf(node: SchemaNode | undefined): SchemaNode | undefined {
  return node?.anyOf?.find(({ items }) => items !== undefined) ?? node;
}
