import type { PathStep } from './problem.ts';

/** The name of a place of the file in a message: `policy "payments", idle: `. */
export function placeName(value: unknown, path: readonly PathStep[]): string {
  const [list, index, ...rest] = path;
  const inside = (steps: readonly PathStep[]): string =>
    steps
      .map((step, i) =>
        typeof step === 'number' ? `[${step + 1}]` : `${i > 0 ? '.' : ''}${cut(step)}`,
      )
      .join('');
  if ((list !== 'policies' && list !== 'sources') || typeof index !== 'number') {
    return path.length === 0 ? '' : `${inside(path)}: `;
  }
  const kind = list === 'policies' ? 'policy' : 'source';
  const name = nameOf(value, list, index) ?? `number ${index + 1}`;
  return rest.length === 0 ? `${kind} ${name}: ` : `${kind} ${name}, ${inside(rest)}: `;
}

function nameOf(value: unknown, list: 'policies' | 'sources', index: number): string | undefined {
  const entries = (value as Partial<Record<string, unknown>>)[list];
  const entry: unknown = Array.isArray(entries) ? entries[index] : undefined;
  if (typeof entry !== 'object' || entry === null || !('name' in entry)) return undefined;
  return typeof entry.name === 'string' ? `"${cut(entry.name)}"` : undefined;
}

/** Keys and names of a broken file may contain anything. */
function cut(text: string): string {
  const printable = text.replaceAll(/[^ -~]/g, '?');
  return printable.length > 64 ? `${printable.slice(0, 61)}...` : printable;
}
