import * as z from 'zod';
import {
  credential,
  reason,
  sealed,
  sessionName,
  sourceName,
  subjectName,
} from '../wire/request-schema.ts';

const BY = ['revoked', 'signed_out'] as const;

const common = {
  by: z
    .enum(BY, 'expected revoked or signed_out')
    .optional()
    .meta({
      description:
        'What the client is given as the reason. By default `signed_out` for an issuer, `revoked` ' +
        'for an operator.',
    }),
  reason: reason.optional(),
  dry_run: z.boolean().optional().meta({
    description: 'Ends nothing, and answers how many sessions would end.',
  }),
};

const bySession = z.strictObject({ session: sessionName, ...common });
const byCredential = z.strictObject({ source: sourceName, credential, ...common });
const bySubject = z.strictObject({
  subject: subjectName,
  except: sessionName.optional().meta({ description: 'The handle of a session that goes on.' }),
  confirm: sealed.optional().meta({
    description: 'The preview of a dry run. Required if there is more than one session.',
  }),
  ...common,
});

interface Common {
  readonly by?: (typeof BY)[number] | undefined;
  readonly reason?: string | undefined;
  readonly dry_run?: boolean | undefined;
}

export interface EndBySession extends Common {
  readonly session: string;
}

export interface EndByCredential extends Common {
  readonly source: string;
  readonly credential: string;
}

export interface EndBySubject extends Common {
  readonly subject: string;
  readonly except?: string | undefined;
  readonly confirm?: string | undefined;
}

/** Which sessions to end: one, that of a credential, or all of a subject. */
export type EndRequestBody = EndBySession | EndByCredential | EndBySubject;

export const endBodySchema: z.ZodType<EndRequestBody> = z
  .union([bySession, byCredential, bySubject], {
    error: 'give session, or source and credential, or subject',
  })
  .meta({ id: 'End' });
