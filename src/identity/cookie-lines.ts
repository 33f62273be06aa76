import type { RequestFacts } from '../terms/request-facts.ts';
import { IDENTITY_LIMITS } from './identity-limits.ts';

const NONE: readonly string[] = [];

/** The values of all Cookie lines, in order. */
export function cookieLines(facts: RequestFacts): readonly string[] {
  let lines: string[] | undefined;
  for (const header of facts.headers) {
    if (header.name !== 'cookie') continue;
    // Usually there is one line, and an array that is pushed to reserves room for more.
    if (lines === undefined) lines = [header.value];
    else lines.push(header.value);
  }
  return lines ?? NONE;
}

/** Whether all lines together are too long to be searched. */
export function areCookiesTooLong(lines: readonly string[]): boolean {
  let bytes = 0;
  for (const line of lines) bytes += line.length;
  return bytes > IDENTITY_LIMITS.cookieBytesMax;
}
