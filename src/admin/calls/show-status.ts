import * as z from 'zod';
import { CONDITIONS } from '../../process/readiness.ts';
import type { AdminDependencies } from '../admin-dependencies.ts';
import type { ReplicaStatus, StoreStatus } from '../replica-status.ts';
import type { OnStoreLoss } from '../../terms/on-store-loss.ts';
import { installationSchema, installationView } from '../installation/installation-schema.ts';
import { instantSchema } from '../wire/answer-schema.ts';
import { formatInstant } from '../wire/rfc3339.ts';
import { adminCall } from './admin-call.ts';
import type { AdminCall } from './admin-call.ts';

const replicaSchema = z.object({
  replica: z.string(),
  announced_at: instantSchema('When it last announced itself, by the clock of the store.'),
  can: z.array(z.string()).meta({
    description: 'What its version can read. New words are written only when all replicas can.',
  }),
  keys: z.array(z.string()).meta({ description: 'Its server keys, by fingerprint.' }),
});

const storeSchema = z.object({
  answers: z.boolean().meta({ description: 'False: the store could not be asked just now.' }),
  product: z.enum(['memory', 'redis', 'redict', 'valkey']).optional(),
  version: z.string().optional(),
  warnings: z.array(z.string()).optional(),
  installation: installationSchema.optional().meta({ description: 'Whether it has lost data.' }),
});

const answerSchema = z
  .object({
    version: z.string(),
    replica: z.string().meta({ description: 'The name of the replica that answers.' }),
    started_at: instantSchema('When it was started, by its own clock.'),
    ready: z.boolean(),
    conditions: z
      .record(z.enum(CONDITIONS), z.string())
      .meta({ description: '`ok`, or why a condition of readiness is not met.' }),
    keys: z.array(z.object({ fingerprint: z.string(), use: z.enum(['writes', 'reads']) })),
    store: storeSchema,
    replicas: z.array(replicaSchema).optional(),
    sessions: z
      .record(z.string(), z.int())
      .optional()
      .meta({ description: 'How many sessions are live, by source.' }),
  })
  .meta({ id: 'Status' });

type Answer = z.infer<typeof answerSchema>;

/** How this replica, the others and the store are. */
export function showStatus(
  deps: Pick<AdminDependencies, 'status' | 'storeStatus' | 'version' | 'policies'>,
): AdminCall {
  return adminCall({
    name: 'show_status',
    method: 'get',
    path: '/v1/status',
    summary: 'How the replicas and the store are',
    description: 'Without the store it still answers, with `store.answers: false`.',
    roles: ['viewer', 'operator'],
    answers: { 200: { description: 'The replicas, the store, and counts.', schema: answerSchema } },
    problems: [],
    handle: async () => {
      const body: Answer = {
        version: deps.version,
        ...replicaOf(deps.status()),
        ...storeOf(await deps.storeStatus(), deps.policies().policies.settings.onStoreLoss),
      };
      return { status: 200, body };
    },
  });
}

function replicaOf({ replica, startedAtMs, readiness, keys }: ReplicaStatus) {
  const conditions = CONDITIONS.map((condition) => {
    const state = readiness.conditions[condition];
    return [condition, state.isMet ? 'ok' : state.why] as const;
  });
  return {
    replica,
    started_at: formatInstant(startedAtMs),
    ready: readiness.ready,
    conditions: Object.fromEntries(conditions) as Answer['conditions'],
    keys: [...keys],
  };
}

function storeOf(
  status: StoreStatus | undefined,
  onStoreLoss: OnStoreLoss,
): Pick<Answer, 'store' | 'replicas' | 'sessions'> {
  if (status === undefined) return { store: { answers: false } };
  const { inspection, replicas, sessions, installation } = status;
  const store: Answer['store'] = {
    answers: true,
    installation: installationView(installation, onStoreLoss),
    ...(inspection.kind === 'usable'
      ? {
          product: inspection.product,
          version: inspection.version,
          warnings: inspection.warnings.map(({ text }) => text),
        }
      : { warnings: [inspection.text] }),
  };
  return {
    store,
    replicas: replicas.map(({ replica, announcedAtMs, abilities, fingerprints }) => ({
      replica,
      announced_at: formatInstant(announcedAtMs),
      can: [...abilities],
      keys: [...fingerprints],
    })),
    sessions: Object.fromEntries(sessions),
  };
}
