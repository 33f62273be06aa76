import * as z from 'zod';
import { PROBLEMS } from '../wire/problem.ts';
import type { ProblemCode } from '../wire/problem.ts';

const codes = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

/** A problem document (RFC 9457). Some problems have more members. */
export const problemSchema: z.ZodType = z
  .looseObject({
    type: z.string().meta({ description: '`urn:curfew:problem:` and the code.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong, and what to do about it.' }),
    code: z.enum(codes),
  })
  .meta({ id: 'Problem' });
