import type * as z from 'zod';
import { AdminProblem } from './problem.ts';

/** Problems in one answer. */
const PROBLEMS_MAX = 20;

interface Part {
  readonly name: 'body' | 'query';
  readonly schema: z.ZodType | undefined;
  readonly value: unknown;
}

/**
 * Validates one part of a request.
 * @returns what the schema makes of it; `undefined` if the call takes no such part
 * @throws {AdminProblem} with every mistake. It names known keys only, and repeats no value: a
 *   credential may stand anywhere.
 */
export function validated({ name, schema, value }: Part): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues
    .flatMap(nearestOf)
    .slice(0, PROBLEMS_MAX)
    .map((issue) => ({
      in: name,
      key: issue.path.map(String).join('.'),
      problem: wordsOf(issue),
    }));
  const [first] = errors;
  const where = first === undefined || first.key === '' ? name : `${name} key ${first.key}`;
  throw new AdminProblem('invalid_request', `${where}: ${first?.problem}`, { errors });
}

/** Of several forms that a body may have, the mistakes by the form that it is meant to be. */
function nearestOf(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const [first, second] = issue.errors.toSorted((one, other) => one.length - other.length);
  const isClear = first !== undefined && first.length < (second?.length ?? Infinity);
  return isClear ? first : [issue];
}

function wordsOf(issue: z.core.$ZodIssue): string {
  // Its own text repeats the keys that the caller has sent.
  if (issue.code === 'unrecognized_keys') return 'has a key that this call does not take';
  return issue.message;
}

/**
 * The parameters of a query, each with its only value.
 * @throws {AdminProblem} if one stands there twice: programs choose differently among them; and for
 *   escapes that are not UTF-8, which `URL` would make one character for all of them
 */
export function queryOf(url: URL): Readonly<Record<string, string>> {
  assertDecodable(url.search);
  const values = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (values.has(name)) {
      throw new AdminProblem('invalid_request', 'query: a parameter stands there twice');
    }
    values.set(name, value);
  }
  return Object.fromEntries(values);
}

function assertDecodable(text: string): void {
  try {
    decodeURIComponent(text);
  } catch {
    throw new AdminProblem('invalid_request', 'query: has an escape that is not UTF-8 text');
  }
}
