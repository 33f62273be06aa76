import * as z from 'zod';
import type { InstallationState } from '../../store/installation.ts';
import type { OnStoreLoss } from '../../terms/on-store-loss.ts';
import { instantSchema } from '../wire/answer-schema.ts';
import { formatInstant } from '../wire/rfc3339.ts';

/** The installation marks of the store, as they are answered. */
export interface InstallationAnswer {
  on_store_loss: OnStoreLoss;
  partitions: number;
  unmarked: number;
  lost: number;
  refusing: number;
  renewed_at?: string | undefined;
  last_loss?:
    { partitions: number; noticed_at: string; kept_until?: string | undefined } | undefined;
}

/** Whether the store still has the data of this installation. */
export const installationSchema: z.ZodType<InstallationAnswer> = z
  .object({
    on_store_loss: z.enum(['continue', 'fence']).meta({
      description: 'What the policy file of the replica that answers says.',
    }),
    partitions: z.int().meta({
      description: 'How many partitions there are; 0 with the memory store, which has no marks.',
    }),
    unmarked: z.int().meta({ description: 'Partitions without an installation mark.' }),
    lost: z.int().meta({
      description: 'Partitions that have lost data under `fence`, which is not accepted yet.',
    }),
    refusing: z.int().meta({
      description: 'Partitions in which unknown opaque credentials get no verdict now.',
    }),
    renewed_at: instantSchema('The oldest renewal of a mark; none without marks.').optional(),
    last_loss: z
      .object({
        partitions: z.int(),
        noticed_at: instantSchema('When it was noticed.'),
        kept_until: instantSchema(
          'What was written after this is lost. Left out: everything is.',
        ).optional(),
      })
      .optional()
      .meta({ description: 'The newest loss, accepted or not.' }),
  })
  .meta({ id: 'Installation' });

/** The state of the marks as it is answered. */
export function installationView(
  state: InstallationState,
  onStoreLoss: OnStoreLoss,
): InstallationAnswer {
  const { partitions, unmarked, fenced, renewedAtMs, lastLoss } = state;
  return {
    on_store_loss: onStoreLoss,
    partitions,
    unmarked,
    lost: fenced,
    refusing: onStoreLoss === 'fence' ? unmarked + fenced : 0,
    ...(renewedAtMs !== undefined && { renewed_at: formatInstant(renewedAtMs) }),
    ...(lastLoss && {
      last_loss: {
        partitions: lastLoss.partitions,
        noticed_at: formatInstant(lastLoss.noticedAtMs),
        ...(lastLoss.keptUntilMs !== undefined && {
          kept_until: formatInstant(lastLoss.keptUntilMs),
        }),
      },
    }),
  };
}
