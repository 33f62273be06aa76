// Writes the list of values into the chart's README: node tools/run.mjs node deploy/helm/values-page.ts

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, parseDocument } from 'yaml';
import type { Node, Pair, YAMLMap } from 'yaml';

/** One value of the chart, as `values.yaml` has it. */
export interface ChartValue {
  /** `image.tag`. */
  readonly path: string;
  readonly default: unknown;
  /** The comment before it, in one line; empty if there is none. */
  readonly about: string;
}

/** The page with the list. */
export const VALUES_PAGE: string = join(import.meta.dirname, 'curfew', 'README.md');

const COLUMNS_MAX = 100;
/** A longer default would not fit into a line. */
const DEFAULT_MAX = 90;
/** Maps with keys of the user's choice. */
const OPEN_MAPS = ['resources.requests', 'resources.limits'];

/** Every value in the order of `values.yaml`. */
export function chartValues(): ChartValue[] {
  const text = readFileSync(join(import.meta.dirname, 'curfew', 'values.yaml'), 'utf8');
  const { contents } = parseDocument(text);
  if (!isMap(contents)) throw new Error('values.yaml is not a map');
  return valuesIn(contents as YAMLMap<Node, Node>, '');
}

/** The whole page, with the list that `values.yaml` makes. */
export function valuesPage(): string {
  const page = readFileSync(VALUES_PAGE, 'utf8');
  const head = page.slice(0, page.indexOf('\n## Values\n'));
  return `${head}\n## Values\n\n${chartValues().map(entry).join('\n')}\n`;
}

function valuesIn(map: YAMLMap<Node, Node>, prefix: string): ChartValue[] {
  return map.items.flatMap((pair, index) => {
    const path = `${prefix}${String(isScalar(pair.key) ? pair.key.value : '')}`;
    const { value } = pair;
    if (isMap(value) && value.items.length > 0 && !OPEN_MAPS.includes(path)) {
      return valuesIn(value as YAMLMap<Node, Node>, `${path}.`);
    }
    // The comment before the first key belongs to the map.
    const first = index === 0 && prefix !== '' ? map.commentBefore : undefined;
    return [{ path, default: value?.toJSON() as unknown, about: oneLine(pair, first) }];
  });
}

function oneLine({ key }: Pair<Node, Node>, before: string | null | undefined): string {
  const comment = before ?? key.commentBefore ?? '';
  const lines = comment.split('\n').map((line) => line.trim());
  return lines.slice(lines.lastIndexOf('') + 1).join(' ');
}

/** A list item: the name, its default, and the comment. */
function entry({ path, default: value, about }: ChartValue): string {
  return wrapped(`- \`${path}\` (${defaultText(value)}): ${about}`, '  ');
}

function defaultText(value: unknown): string {
  if (typeof value === 'string' && value.includes('\n')) return 'an example that observes';
  const text = JSON.stringify(value);
  return text.length > DEFAULT_MAX ? 'see `values.yaml`' : `\`${text}\``;
}

/** Breaks a text at blanks, but not within back-ticks. */
function wrapped(text: string, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const [word] of text.matchAll(/(?:`[^`]*`|[^\s`])+/g)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && longer.length > COLUMNS_MAX) {
      lines.push(line);
      line = indent + word;
    } else line = longer;
  }
  return [...lines, line].join('\n');
}

if (import.meta.main) writeFileSync(VALUES_PAGE, valuesPage());
