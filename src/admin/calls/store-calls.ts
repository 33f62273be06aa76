import * as z from 'zod';
import type { InstallationChange, InstallationState } from '../../store/installation.ts';
import type { OnStoreLoss } from '../../terms/on-store-loss.ts';
import type { AdminDependencies } from '../admin-dependencies.ts';
import { installationSchema, installationView } from '../installation/installation-schema.ts';
import { AdminProblem } from '../wire/problem.ts';
import { reason } from '../wire/request-schema.ts';
import { adminCall } from './admin-call.ts';
import type { AdminCall } from './admin-call.ts';

type Deps = Pick<AdminDependencies, 'policies' | 'administration'>;

const bodySchema = z.strictObject({ reason: reason.optional() });
const changedSchema = z
  .object({
    changed: z.int().meta({ description: 'How many partitions this call has changed.' }),
    installation: installationSchema,
  })
  .meta({ id: 'InstallationChange' });

/** Whether the store still has the data of this installation. */
export function showStore(deps: Deps): AdminCall {
  return adminCall({
    name: 'show_store',
    method: 'get',
    path: '/v1/store',
    summary: 'Whether the store has lost data',
    description: 'By the installation marks, one in each partition of the store.',
    roles: ['viewer', 'operator'],
    answers: { 200: { description: 'The installation marks.', schema: installationSchema } },
    problems: ['store_unavailable'],
    handle: async () => {
      const state = await deps.administration.installation.show();
      return { status: 200, body: installationView(state, policyOf(deps)) };
    },
  });
}

/** Marks a new store. */
export function initStore(deps: Deps): AdminCall {
  return adminCall<z.output<typeof bodySchema>>({
    name: 'init_store',
    method: 'post',
    path: '/v1/store/init',
    summary: 'Mark a new store',
    description:
      'With `on_store_loss: fence`, unknown opaque credentials get no verdict before. Only a store ' +
      'without any mark is new. Without effect on one that is marked.',
    roles: ['operator'],
    body: bodySchema.meta({ id: 'InitStore' }),
    answers: { 200: { description: 'The store is marked.', schema: changedSchema } },
    problems: ['store_unavailable', 'store_not_new'],
    handle: async ({ body, notes }) => {
      notes.reason = body.reason;
      const { installation } = deps.administration;
      assertNew(await installation.show());
      return { status: 200, body: changeView(await installation.init(), policyOf(deps)) };
    },
  });
}

/** Lets unknown credentials open sessions again. */
export function acceptStoreLoss(deps: Deps): AdminCall {
  return adminCall<z.output<typeof bodySchema>>({
    name: 'accept_store_loss',
    method: 'post',
    path: '/v1/store/accept-loss',
    summary: 'Accept that the store has lost data',
    description:
      'Unknown opaque credentials open sessions again, on every replica. Among them may be ' +
      'credentials of sessions that had ended, which cannot be recognised any more.',
    roles: ['operator'],
    body: bodySchema.meta({ id: 'AcceptStoreLoss' }),
    answers: { 200: { description: 'No loss is left to be accepted.', schema: changedSchema } },
    problems: ['store_unavailable'],
    handle: async ({ body, notes }) => {
      notes.reason = body.reason;
      const change = await deps.administration.installation.acceptLoss();
      return { status: 200, body: changeView(change, policyOf(deps)) };
    },
  });
}

function changeView({ changed, state }: InstallationChange, onStoreLoss: OnStoreLoss) {
  return { changed, installation: installationView(state, onStoreLoss) };
}

function policyOf(deps: Deps): OnStoreLoss {
  return deps.policies().policies.settings.onStoreLoss;
}

/** @throws {AdminProblem} if a partition is marked, and another one is not or has lost data */
function assertNew({ partitions, unmarked, fenced }: InstallationState): void {
  if (fenced === 0 && (unmarked === 0 || unmarked === partitions)) return;
  const what =
    fenced > 0
      ? `${fenced} of ${partitions} partitions have lost data`
      : `${unmarked} of ${partitions} partitions have no mark, and the others have one`;
  throw new AdminProblem('store_not_new', `${what}: look at the log, then accept the loss`);
}
