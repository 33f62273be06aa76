import { isDeepStrictEqual } from 'node:util';
import { titleOf } from '../kubernetes/kube-object.ts';
import type { KubeObject } from '../kubernetes/kube-object.ts';

/** The differences of two sets of objects, one line each: the object, the path in it, and both values. */
export function objectDifferences(
  ours: readonly KubeObject[],
  theirs: readonly KubeObject[],
): string[] {
  const titles = [...new Set([...ours, ...theirs].map((object) => titleOf(object)))].toSorted();
  return titles.flatMap((title) => {
    const [one, two, more] = [ours, theirs].flatMap((objects) => {
      const found = objects.filter((object) => titleOf(object) === title);
      return found.length === 0 ? [undefined] : found;
    });
    if (more !== undefined) return [`${title} is there twice`];
    return differences(title, one, two);
  });
}

function differences(path: string, one: unknown, two: unknown): string[] {
  if (isDeepStrictEqual(one, two)) return [];
  if (!isContainer(one) || !isContainer(two)) return [`${path}: ${words(one)} | ${words(two)}`];
  return [...new Set([...Object.keys(one), ...Object.keys(two)])].flatMap((key) =>
    differences(Array.isArray(one) ? `${path}[${key}]` : `${path}.${key}`, one[key], two[key]),
  );
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function words(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
