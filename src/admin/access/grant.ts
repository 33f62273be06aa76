/** What a caller of administration may be. An operator may do all that a viewer may. */
export const ROLES = ['viewer', 'operator', 'issuer'] as const;
export type Role = (typeof ROLES)[number];

/** A role, and the sources that it is bound to. */
export interface Grant {
  readonly role: Role;
  /** `undefined`: every source. Only an issuer is bound to sources. */
  readonly sources: ReadonlySet<string> | undefined;
}

/** A grant to the client that has this name. */
export interface NamedGrant {
  readonly name: string;
  readonly grant: Grant;
}

/** The characters of names in the policy file. A longer name than a file may have matches none. */
const SOURCE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const SOURCES_MAX = 64;

/**
 * Reads `viewer`, `operator`, `issuer`, or an issuer of some sources: `issuer:web+mobile`.
 * @returns a string if the text is not a grant: what is wrong with it, without the text itself
 */
export function parseGrant(text: string): Grant | string {
  const [word = '', ...rest] = text.split(':');
  const role = ROLES.find((one) => one === word);
  if (role === undefined) return `names a role other than ${ROLES.join(', ')}`;
  if (rest.length === 0) return { role, sources: undefined };
  if (role !== 'issuer') return 'binds a role to sources, but only an issuer can be bound';
  const names = rest.join(':').split('+');
  if (names.length > SOURCES_MAX) return `names more than ${SOURCES_MAX} sources`;
  if (!names.every((name) => SOURCE_NAME.test(name))) {
    return 'names sources in a way that cannot be read; write issuer:web or issuer:web+mobile';
  }
  return { role, sources: new Set(names) };
}
