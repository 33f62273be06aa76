import * as z from 'zod';
import { IDENTITY_LIMITS } from '../../identity/identity-limits.ts';
import { isSubjectName } from '../../identity/named-subject.ts';
import { FILE_LIMITS } from '../../policy/file/file-limits.ts';
import { parseDuration } from '../../terms/duration.ts';
import { parseInstant } from './rfc3339.ts';

// What bodies and queries are made of. Messages say what is expected, and repeat nothing. Each
// `pattern` is for the OpenAPI document: as exact as it can say what the code beside it checks.

/** As long as a token on a request may be. */
const CREDENTIAL_MAX = 16_384;
const REASON_MAX = 200;
/** Ten years. A longer duration is a typing error. */
const DURATION_MAX_MS = 315_360_000_000;
const DURATION_MAX_CHARACTERS = 64;
const INSTANT_MAX_CHARACTERS = 40;
const SEALED_MAX = 4_200;
// oxlint-disable-next-line no-control-regex -- refusing them is the point
const PRINTABLE = /^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$/;

/** A JWT: its header, a JSON object in base64url, and the beginning of its payload. */
const TOKEN = /\beyJ[\w-]{8,}\.[\w-]{8,}/;

export const sourceName: z.ZodType<string> = z
  .string('expected the name of a source')
  .min(1)
  .max(FILE_LIMITS.nameMax)
  .meta({ description: 'The name of a source of the policy file.', example: 'web' });

export const credential: z.ZodType<string> = z
  .string('expected the credential as a text')
  .min(1, 'is empty')
  .max(CREDENTIAL_MAX, `is longer than ${CREDENTIAL_MAX} characters`)
  .meta({
    description:
      'The credential as the client sends it: the value of the cookie or of the header, or the ' +
      'token after `Bearer`.',
  });

export const subjectName: z.ZodType<string> = z
  .string('expected the name of a subject')
  .min(1, 'is empty')
  .max(IDENTITY_LIMITS.subjectMax, `is longer than ${IDENTITY_LIMITS.subjectMax} characters`)
  .refine(isSubjectName, 'has a control character')
  .meta({
    description: 'A subject, such as a person. It is compared exactly: two spellings are two.',
    example: 'ada@example.com',
    pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]+$',
  });

/** A handle or a tag. Its form is checked when it is looked up, with a message about credentials. */
export const sessionName: z.ZodType<string> = z
  .string('expected the handle of a session')
  .min(1)
  .max(CREDENTIAL_MAX)
  .meta({
    description: 'The handle of a session (43 characters), or its tag (12 characters).',
    pattern: '^(?:[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]|[A-Za-z0-9_-]{12})$',
    maxLength: 43,
  });

export const reason: z.ZodType<string> = z
  .string('expected a sentence')
  .min(1, 'is empty')
  .max(REASON_MAX, `is longer than ${REASON_MAX} characters`)
  .regex(PRINTABLE, 'has a control character')
  .refine((text) => !TOKEN.test(text), 'contains a token')
  .meta({ description: 'Why, for the log of Curfew. Never put a credential here.' });

/** A cursor or a preview. */
export const sealed: z.ZodType<string> = z
  .string('expected what an answer contained')
  .max(SEALED_MAX)
  .meta({ pattern: '^[A-Za-z0-9_-]{1,4096}\\.[A-Za-z0-9_-]{43}$' });

/** A duration of at least 1 ms, in milliseconds. */
export const duration: z.ZodType<number, string> = z
  .string('expected a duration such as 15m')
  .max(DURATION_MAX_CHARACTERS, 'expected a duration such as 15m')
  .meta({
    description: 'A duration, written as in the policy file.',
    example: '1h30m',
    pattern: '^(?=[0-9])(?:[0-9]+d)?(?:[0-9]+h)?(?:[0-9]+m)?(?:[0-9]+s)?(?:[0-9]+ms)?$',
  })
  .transform((text, context) => {
    const durationMs = parseDuration(text);
    if (durationMs !== undefined && durationMs > 0 && durationMs <= DURATION_MAX_MS) {
      return durationMs;
    }
    const message = 'expected a duration such as 15m or 1h30m, up to ten years';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

/** An instant, in milliseconds since the epoch. */
export const instant: z.ZodType<number, string> = z
  .string('expected an RFC 3339 time')
  .max(INSTANT_MAX_CHARACTERS, 'expected an RFC 3339 time')
  .meta({
    description: 'An RFC 3339 date and time.',
    example: '2026-01-31T09:30:00.000Z',
    format: 'date-time',
  })
  .transform((text, context) => {
    const atMs = parseInstant(text);
    if (atMs !== undefined) return atMs;
    const message = 'expected an RFC 3339 time such as 2026-01-31T09:30:00Z';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
