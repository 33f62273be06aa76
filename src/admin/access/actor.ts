import type { Grant, Role } from './grant.ts';

/** The caller of administration, as its credentials prove it. */
export interface Actor {
  /** For the log: from the tokens file, the certificate, or the claims of its token. */
  readonly name: string;
  /** By which kind of credential it is known. */
  readonly by: 'token' | 'certificate' | 'sso';
  /** At least one. */
  readonly grants: readonly Grant[];
}

/** The role under which a caller may make a call, or `undefined` if it may not. */
export function roleFor(
  { grants }: Actor,
  needed: {
    readonly roles: readonly Role[];
    /** Whose sessions are concerned. `undefined`: that is not known yet, or does not matter. */
    readonly source?: string | undefined;
  },
): Role | undefined {
  const grant = grants.find(
    ({ role, sources }) =>
      needed.roles.includes(role) &&
      (sources === undefined || needed.source === undefined || sources.has(needed.source)),
  );
  return grant?.role;
}
