import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, parseDocument } from 'yaml';
import type { Node, Pair, YAMLMap } from 'yaml';
import { CHART_FOLDER } from './helm-chart.ts';

/** One value of the chart, as `values.yaml` has it. */
export interface ChartValue {
  /** `image.tag`. */
  readonly path: string;
  readonly default: unknown;
  /** The comment before it, in one line; empty where there is none. */
  readonly about: string;
}

/** Maps whose keys are the user's own, not the chart's. */
const OPEN_MAPS = ['resources.requests', 'resources.limits'];

/** Every value in the order of `values.yaml`. */
export function chartValues(): ChartValue[] {
  const document = parseDocument(readFileSync(join(CHART_FOLDER, 'values.yaml'), 'utf8'));
  if (!isMap(document.contents)) throw new Error('values.yaml is no map');
  return valuesIn(document.contents as YAMLMap<Node, Node>, '');
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

/** How the README's table shows a default. */
export function defaultInWords(value: unknown): string {
  const text = JSON.stringify(value);
  return typeof value === 'string' && value.includes('\n')
    ? 'an example that observes'
    : `\`${text}\``;
}
