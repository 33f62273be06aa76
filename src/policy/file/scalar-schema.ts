import * as z from 'zod';
import { DURATION_PATTERN, formatDuration, parseDuration } from '../../terms/duration.ts';
import { FILE_LIMITS } from './file-limits.ts';

// A message may have a second line, which is shown as the hint.

const DURATION_HINT =
  'write whole numbers with the units d, h, m, s, ms, the largest first, such as 1h30m or 250ms';

/** Text in a bounded, printable form. */
export function text(pattern: RegExp, expected: string, charactersMax?: number): z.ZodType<string> {
  const max = charactersMax ?? FILE_LIMITS.textMax;
  const wrongType = { error: `expected ${expected}` };
  return z
    .string(wrongType)
    .max(max, { error: `is longer than ${max} characters`, abort: true })
    .regex(pattern, { error: `expected ${expected}`, abort: true });
}

/** One of a few words. */
export function word<const T extends string>(...words: readonly T[]): z.ZodType<T> {
  return z.enum(words, { error: `expected ${either(words)}` });
}

/** True or false. */
export const yesOrNo: z.ZodType<boolean> = z.boolean({ error: 'expected true or false' });

const durationText = text(DURATION_PATTERN, `a duration such as 15m\n${DURATION_HINT}`, 64);

/** A duration of at least 1 ms. */
export const duration: z.ZodType<string> = durationText.check(
  z.superRefine((written, context) => checkRange(written, 1, context)),
);

/** A duration that may be zero. */
export const durationOrZero: z.ZodType<string> = durationText.check(
  z.superRefine((written, context) => checkRange(written, 0, context)),
);

/** From zero to {@link FILE_LIMITS.stalenessMaxMs}. */
export const stalenessDuration: z.ZodType<string> = durationOrZero.check(
  z.superRefine((written, context) => {
    if ((parseDuration(written) ?? 0) <= FILE_LIMITS.stalenessMaxMs) return;
    const max = formatDuration(FILE_LIMITS.stalenessMaxMs);
    complain(context, `is longer than ${max}\nan end on another replica must be noticed soon`);
  }),
);

/** A duration, or `off`, which readers of YAML 1.1 turn into `false`. */
export const durationOrOff: z.ZodType<string | false> = z.union(
  [duration, z.literal('off'), z.literal(false)],
  { error: `expected a duration such as 15m, or off\n${DURATION_HINT}` },
);

/** Names of sources and policies: part of session keys, and labels of metrics. */
export const name: z.ZodType<string> = text(
  /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
  'a name of letters, digits, ".", "_" and "-" that begins with a letter or digit',
  FILE_LIMITS.nameMax,
);

/** RFC 9110 token: cookie and header names. */
export const token: z.ZodType<string> = text(
  /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/,
  'a name without spaces and separators (an RFC 9110 token)',
  128,
);

/** Upper case, because methods are case-sensitive and none in use has lower-case letters. */
export const method: z.ZodType<string> = text(
  /^[A-Z][A-Z0-9_-]*$/,
  'an HTTP method in upper case, such as GET\nwrite it in upper case: methods are case-sensitive',
  32,
);

/** A header value: visible ASCII and inner spaces. */
export const headerValue: z.ZodType<string> = text(
  /^[!-~]([ -~]*[!-~])?$/,
  'visible ASCII text without surrounding spaces',
);

/** Any text without control characters. */
export const plainText: z.ZodType<string> = text(
  // oxlint-disable-next-line no-control-regex -- refusing them is the point
  /^[^\x00-\x1f\x7f]+$/,
  'text without control characters\nput it in quotes if it looks like a number',
);

/** A sentence for auditors. */
export const justification: z.ZodType<string> = text(
  /\S[\s\S]*\S/,
  'a sentence that explains why\nauditors of this file will read it',
);

function checkRange(written: string, minMs: number, context: z.core.$RefinementCtx<string>): void {
  const durationMs = parseDuration(written);
  if (durationMs === undefined) {
    complain(context, `expected a duration such as 15m\n${DURATION_HINT}`);
  } else if (durationMs < minMs) {
    complain(context, 'must be longer than zero');
  } else if (durationMs > FILE_LIMITS.durationMaxMs) {
    complain(context, 'is longer than ten years');
  }
}

/** `a, b or c`. */
function either(words: readonly string[]): string {
  return words.join(', ').replace(/, (?=[^,]*$)/, ' or ');
}

function complain(context: z.core.$RefinementCtx<string>, message: string): void {
  context.addIssue({ code: 'custom', message });
}
