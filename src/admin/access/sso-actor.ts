import type { Actor } from './actor.ts';
import { parseGrant } from './grant.ts';
import type { Grant } from './grant.ts';

type Claims = Readonly<Record<string, unknown>>;

const NAME_MAX = 128;
/** Entries of the role claim that are looked at: a person may be in many groups. */
const ENTRIES_MAX = 1_000;
/** Claims with a name that people know, the best first. `sub` is often only a number. */
const NAME_CLAIMS = ['preferred_username', 'email', 'sub'] as const;

/** The claims that {@link ssoActor} reads, so that nothing else of a token has to be kept. */
export function claimsToKeep(roleClaim: string): readonly string[] {
  return [...NAME_CLAIMS, roleClaim, roleClaim.split('.')[0] ?? roleClaim];
}

/**
 * The caller whose verified token has these claims. Entries of the role claim that name no role are
 * ignored, because the claim may list groups of other programs, too.
 * @returns `undefined` if the token names no role, or no subject
 */
export function ssoActor(claims: Claims, roleClaim: string): Actor | undefined {
  const subject = text(claims, 'sub');
  const grants = grantsIn(roleValue(claims, roleClaim));
  if (subject === undefined || grants.length === 0) return undefined;
  const known = NAME_CLAIMS.map((claim) => text(claims, claim)).find((name) => name !== undefined);
  // The name can be chosen by its owner at some providers. The subject cannot.
  const name = known === undefined || known === subject ? subject : `${known} (${subject})`;
  return { name, by: 'sso', grants };
}

function grantsIn(value: unknown): readonly Grant[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value.slice(0, ENTRIES_MAX) : [value];
  return entries.flatMap((entry) => {
    const grant = typeof entry === 'string' ? parseGrant(entry) : 'not a text';
    return typeof grant === 'string' ? [] : [grant];
  });
}

/** A claim of exactly this name comes first, because names may have dots; then a path. */
function roleValue(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const step of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step))
      return undefined;
    value = (value as Claims)[step];
  }
  return value;
}

function text(claims: Claims, name: string): string | undefined {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  // oxlint-disable-next-line no-control-regex -- they must not reach a log
  return value.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ').slice(0, NAME_MAX);
}
