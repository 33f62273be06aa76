import { z } from 'zod';
import { reader } from './read-answer.ts';
import type { Read } from './read-answer.ts';

/** Whether the store has lost data. */
export interface InstallationAnswer {
  readonly on_store_loss: string;
  /** 0: a store that has no marks. */
  readonly partitions: number;
  readonly unmarked: number;
  readonly lost: number;
  /** In so many partitions, unknown opaque credentials get no verdict. */
  readonly refusing: number;
  readonly renewed_at?: string | undefined;
  readonly last_loss?:
    | {
        readonly partitions: number;
        readonly noticed_at: string;
        /** Left out: everything is lost. */
        readonly kept_until?: string | undefined;
      }
    | undefined;
}

/** What a command has changed, and how the marks are now. */
export interface InstallationChangeAnswer {
  readonly changed: number;
  readonly installation: InstallationAnswer;
}

/** What the commands read. A newer server may send more. */
export const INSTALLATION: z.ZodType<InstallationAnswer> = z.looseObject({
  on_store_loss: z.string(),
  partitions: z.number(),
  unmarked: z.number(),
  lost: z.number(),
  refusing: z.number(),
  renewed_at: z.string().optional(),
  last_loss: z
    .looseObject({
      partitions: z.number(),
      noticed_at: z.string(),
      kept_until: z.string().optional(),
    })
    .optional(),
});

const CHANGE: z.ZodType<InstallationChangeAnswer> = z.looseObject({
  changed: z.number(),
  installation: INSTALLATION,
});

export const readInstallation: Read<InstallationAnswer> = reader(INSTALLATION);
export const readInstallationChange: Read<InstallationChangeAnswer> = reader(CHANGE);
