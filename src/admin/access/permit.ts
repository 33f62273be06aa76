import type { CallNotes } from '../call-notes.ts';
import { AdminProblem } from '../wire/problem.ts';
import { roleFor } from './actor.ts';
import type { Actor } from './actor.ts';
import type { Role } from './grant.ts';

/**
 * Makes sure that the caller may do this, and notes under which role.
 * @param source whose sessions are concerned, if the call names one: an issuer may be bound
 * @throws {AdminProblem}
 */
export function permit(
  { actor, notes }: { readonly actor: Actor; readonly notes: CallNotes },
  roles: readonly Role[],
  source?: string,
): void {
  const role = roleFor(actor, { roles, source });
  if (role !== undefined) {
    notes.role = role;
    return;
  }
  notes.role = actor.grants[0]?.role;
  const words = roles.join(' or ');
  throw new AdminProblem(
    'forbidden',
    roleFor(actor, { roles }) === undefined
      ? `this needs the role ${words}`
      : `this needs the role ${words} for this source`,
  );
}
