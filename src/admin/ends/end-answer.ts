import * as z from 'zod';
import { formatDuration } from '../../terms/duration.ts';
import type { Administration } from '../../store/administration.ts';
import type { Capabilities } from '../../store/capabilities.ts';
import type { AdminAnswer } from '../calls/admin-call.ts';
import { durationSchema, instantSchema } from '../wire/answer-schema.ts';
import { formatInstant } from '../wire/rfc3339.ts';

const NOT_YET = ['durable', 'finished', 'all_replicas'] as const;

/** What every answer to an end says about what it promises. */
export const promiseSchema: z.ZodRawShape = {
  ended: z.int().meta({ description: 'How many sessions this call has ended.' }),
  durable: z.boolean().meta({
    description: 'Every replica of the store that has to confirm it has it.',
  }),
  enforced_within: durationSchema(
    'By when every replica of Curfew refuses the sessions, at the latest: the largest ' +
      '`max_staleness` of the policies. Normally it is milliseconds.',
  ),
  streams_end_by: instantSchema(
    'When the last stream that is still open will have been cut. Left out if some policy cuts none.',
  ).optional(),
  not_yet: z
    .array(z.enum(NOT_YET))
    .optional()
    .meta({
      description:
        'With 202, what is still missing. `durable`: the replicas of the store have not confirmed ' +
        'it; call again to ask again. `finished`: Curfew goes on by itself. `all_replicas`: some ' +
        'replica of Curfew is too old to enforce it.',
    }),
};

export interface EndedSessions {
  readonly ended: number;
  /** Whether everything was ended that has to be; otherwise the sweeper goes on. */
  readonly isFinished: boolean;
  readonly nowMs: number;
  /** `undefined`: some policy does not cut streams. */
  readonly streamsEndAfterMs: number | undefined;
}

export interface PromiseDependencies {
  readonly administration: Pick<Administration, 'confirm'>;
  readonly capabilities: Capabilities;
  enforcedWithinMs(): number;
}

/**
 * Answers an end that was carried out: 200 when it holds and will not be lost, 202 while something
 * is missing.
 */
export async function endAnswer(
  { administration, capabilities, enforcedWithinMs }: PromiseDependencies,
  end: EndedSessions,
  more: object,
): Promise<AdminAnswer> {
  const confirmation = await administration.confirm();
  const isEverywhere = capabilities.allCan('exact_ends') && capabilities.allCan('subjects');
  const notYet = [
    ...(confirmation === 'unconfirmed' ? (['durable'] as const) : []),
    ...(end.isFinished ? [] : (['finished'] as const)),
    ...(isEverywhere ? [] : (['all_replicas'] as const)),
  ];
  return {
    status: notYet.length === 0 ? 200 : 202,
    body: {
      ...more,
      ended: end.ended,
      durable: confirmation === 'confirmed',
      enforced_within: formatDuration(enforcedWithinMs()),
      streams_end_by:
        end.streamsEndAfterMs === undefined
          ? undefined
          : formatInstant(end.nowMs + end.streamsEndAfterMs),
      not_yet: notYet.length === 0 ? undefined : notYet,
    },
  };
}
