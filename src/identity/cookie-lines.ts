import type { RequestFacts } from '../session/request-facts.ts';
import { IDENTITY_LIMITS } from './identity-limits.ts';

const NONE: readonly string[] = [];

/** The values of all Cookie lines, in order. */
export function cookieLines(facts: RequestFacts): readonly string[] {
  let lines: string[] | undefined;
  for (const header of facts.headers) {
    if (header.name !== 'cookie') continue;
    // Mostly there is one, and a list that is pushed to makes room for more.
    if (lines === undefined) lines = [header.value];
    else lines.push(header.value);
  }
  return lines ?? NONE;
}

/** Whether the lines are too long together to be searched. */
export function areCookiesTooLong(lines: readonly string[]): boolean {
  let bytes = 0;
  for (const line of lines) bytes += line.length;
  return bytes > IDENTITY_LIMITS.cookieBytesMax;
}
