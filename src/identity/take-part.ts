import type { CredentialPart } from '../session/source.ts';

/**
 * The part of a value that identifies: behind the first `after`, and before the first `before` that follows it.
 * `undefined` when a delimiter is missing or nothing is left.
 */
export function takePart(value: string, part: CredentialPart | undefined): string | undefined {
  if (part === undefined) return value;
  let start = 0;
  let end = value.length;
  if (part.after !== undefined) {
    const at = value.indexOf(part.after);
    if (at === -1) return undefined;
    start = at + part.after.length;
  }
  if (part.before !== undefined) {
    end = value.indexOf(part.before, start);
    if (end === -1) return undefined;
  }
  return start === end ? undefined : value.slice(start, end);
}
