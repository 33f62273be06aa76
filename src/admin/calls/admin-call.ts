import type * as z from 'zod';
import type { Actor } from '../access/actor.ts';
import type { Role } from '../access/grant.ts';
import type { CallNotes } from '../call-notes.ts';
import type { ProblemCode } from '../wire/problem.ts';
import type { CallName } from './call-name.ts';

/** What a call answers when it has succeeded. */
export interface AdminAnswer {
  readonly status: 200 | 201 | 202;
  readonly body: object;
}

/** One request for a call, after its parts were validated. */
export interface CallInput<Body, Query> {
  readonly body: Body;
  readonly query: Query;
  /** The variable part of the path, decoded, as the caller wrote it. */
  readonly segment: string;
  readonly actor: Actor;
  readonly notes: CallNotes;
}

/** A variable part of a path. */
export interface PathSegment {
  readonly name: string;
  readonly schema: z.ZodType;
}

/** A successful answer in the OpenAPI document. */
export interface DocumentedAnswer {
  readonly description: string;
  readonly schema: z.ZodType;
}

/**
 * One call: its place, who may make it, the schemas that validate it and are published, and what it
 * does.
 */
export interface CallOf<Body, Query> {
  readonly name: CallName;
  readonly method: 'get' | 'post';
  /** As in OpenAPI, with at most one variable part: `/v1/sessions/{session}`. */
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  /** Callers with one of these roles may make it; a handler may ask for more. */
  readonly roles: readonly Role[];
  readonly segment?: PathSegment;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  readonly answers: Readonly<Partial<Record<AdminAnswer['status'], DocumentedAnswer>>>;
  /** Problems beside those that every call may have. */
  readonly problems: readonly ProblemCode[];
  handle(input: CallInput<Body, Query>): AdminAnswer | Promise<AdminAnswer>;
}

/** A call whose parts are validated by its own schemas. */
export type AdminCall = CallOf<unknown, unknown>;

/** Forgets the types of the parts: only what the call's own schemas return is handed to it. */
export function adminCall<Body = undefined, Query = undefined>(
  call: CallOf<Body, Query>,
): AdminCall {
  return call;
}
