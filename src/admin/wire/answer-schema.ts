import * as z from 'zod';
import type { EndedBy } from '../../session/session-record.ts';

// What answers are made of, for the OpenAPI document.

/** An instant, as RFC 3339 with milliseconds. */
export function instantSchema(description: string): z.ZodType<string> {
  return z.iso.datetime().meta({ description, example: '2026-01-31T09:30:00.000Z' });
}

/** A duration, as the policy file writes it. */
export function durationSchema(description: string): z.ZodType<string> {
  return z.string().meta({ description, example: '1h30m' });
}

/** The whole name of a session. */
export const handleSchema: z.ZodType<string> = z.string().meta({
  description:
    'The handle of a session: its stored name, 43 characters, useless as a credential. Logs and ' +
    'access logs have its first 12 characters, the tag.',
  example: 'q3Zb0V1jJx2uK8mY7tL5pN4sR6wE9aCdFgHiBkMoQxA',
});

const ENDS: Readonly<Record<EndedBy, true>> = {
  idle: true,
  absolute: true,
  revoked: true,
  signed_out: true,
  subject_locked: true,
  session_limit: true,
};

/** Why a session has ended. */
export const endedBySchema: z.ZodType<EndedBy> = z.enum(Object.keys(ENDS) as [EndedBy]);
