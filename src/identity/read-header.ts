import type { RequestFacts } from '../session/request-facts.ts';
import { credentialValue } from './credential-value.ts';
import { headerLine } from './header-line.ts';
import { AMBIGUOUS, type Reading } from './reading.ts';

/** Reads a header whose whole value is the credential. A comma is ambiguous: it may be the seam of two lines. */
export function readHeader(facts: RequestFacts, name: string, bytesMax: number): Reading {
  const found = headerLine(facts, name);
  if (found.kind !== 'line') return found;
  return found.sent.includes(',') ? AMBIGUOUS : credentialValue(found.sent, bytesMax);
}
