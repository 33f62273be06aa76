import { oneHeaderLine } from '../terms/header-lines.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import type { Claims } from './claims/claim-checks.ts';
import { claimAt } from './claims/session-claim.ts';
import { IDENTITY_LIMITS } from './identity-limits.ts';

/**
 * The subject that a request names: the person or client whose session it has. `unusable`: what
 * stands there is not a name, so the request names no subject.
 */
export type NamedSubject =
  { readonly kind: 'named'; readonly name: string } | typeof NO_SUBJECT | typeof UNUSABLE;

export const NO_SUBJECT: { readonly kind: 'absent' } = { kind: 'absent' };
const UNUSABLE: { readonly kind: 'unusable' } = { kind: 'unusable' };

// oxlint-disable-next-line no-control-regex -- refusing them is the point
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
// oxlint-disable-next-line no-control-regex -- everything but ASCII
const BEYOND_ASCII = /[^\u0000-\u007f]/;

/**
 * The subject in a header that the proxy sets. Several lines are unusable, since filters and
 * applications take the first, the last or both.
 * @param header its name in lower case
 */
export function subjectInHeader(facts: RequestFacts, header: string): NamedSubject {
  const line = oneHeaderLine(facts, header);
  switch (line.kind) {
    case 'absent':
      return NO_SUBJECT;
    case 'ambiguous':
      return UNUSABLE;
    case 'line':
      return subjectOf(facts.linesJoined ? line.sent : textOf(line.sent));
    default:
      return line satisfies never;
  }
}

/** The subject in a claim, whose exact name is looked for first, and then a path. */
export function subjectInClaims(claims: Claims, claim: string): NamedSubject {
  const value = claimAt(claims, claim);
  if (value === undefined) return NO_SUBJECT;
  if (typeof value === 'string') return subjectOf(value);
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return UNUSABLE;
  return subjectOf(String(value));
}

function subjectOf(name: string | undefined): NamedSubject {
  return name !== undefined && isSubjectName(name) ? { kind: 'named', name } : UNUSABLE;
}

/** Whether a text can be the name of a subject. */
export function isSubjectName(name: string): boolean {
  return (
    name !== '' &&
    name.length <= IDENTITY_LIMITS.subjectMax &&
    name.isWellFormed() &&
    !CONTROL.test(name)
  );
}

/** The UTF-8 text of a line of the raw form, which is read as latin-1; `undefined` if it is none. */
function textOf(sent: string): string | undefined {
  if (!BEYOND_ASCII.test(sent)) return sent;
  const bytes = Uint8Array.from(sent, (character) => character.charCodeAt(0));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
