import { DURATION_PATTERN } from '../../src/terms/duration.ts';
import type { SchemaNode } from './schema-keys.ts';

/** The type of a key in words, such as "duration or `off`". */
export function typeOf(node: SchemaNode): string {
  return formsOf(node).join(' or ');
}

function formsOf(node: SchemaNode): readonly string[] {
  if (node.anyOf !== undefined) {
    // Beside words, `false` is how readers of YAML 1.1 spell `off`, and `true` how they spell `on`.
    const others = node.anyOf.filter((form) => typeof form.const !== 'boolean');
    return [...new Set(others.flatMap(formsOf))];
  }
  if (node.const !== undefined) return [code(node.const)];
  if (node.enum !== undefined) return node.enum.map(code);
  switch (node.type) {
    case 'string':
      return [node.pattern === DURATION_PATTERN.source ? 'duration' : 'text'];
    case 'integer':
      return [`whole number from ${node.minimum} to ${node.maximum}`];
    case 'boolean':
      return ['`true`', '`false`'];
    case 'array':
      return [node.items === undefined ? 'list' : `list of ${plural(formsOf(node.items))}`];
    case 'object':
      return [typeof node.additionalProperties === 'object' ? 'map of texts' : 'map'];
    case undefined:
    default:
      throw new Error(`no word for the type ${JSON.stringify(node)}`);
  }
}

function plural(forms: readonly string[]): string {
  const [only = ''] = forms;
  return forms.length === 1 && /^[a-z]+$/.test(only) ? `${only}s` : `these: ${forms.join(', ')}`;
}

function code(value: unknown): string {
  return `\`${String(value)}\``;
}
