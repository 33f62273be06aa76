import type { AdminDependencies } from '../../../src/admin/admin-dependencies.ts';
import type { AdminCall } from '../../../src/admin/calls/admin-call.ts';
import { createAdminApi } from '../../../src/admin/create-admin-api.ts';

/** Every call as it is routed. Their handlers have nothing to work with: only ask what they are. */
export const ALL_CALLS: readonly AdminCall[] = createAdminApi({} as AdminDependencies).calls;

/** The path of a call with something in its variable part. */
export function pathOf({ path }: AdminCall, segment = 'AAAAAAAAAAAA'): string {
  return path.replace(/\{\w+\}/, segment);
}
