/** What is wrong with a call, from a closed set, with its HTTP status and its title. */
export const PROBLEMS = {
  invalid_request: [400, 'The request is not valid'],
  malformed_credential: [400, 'The credential is malformed'],
  invalid_token: [400, 'The token is not valid for this source'],
  not_a_handle: [400, 'This is not the name of a session'],
  invalid_cursor: [400, 'The cursor is not valid here'],
  invalid_preview: [400, 'The preview is not valid here'],
  unauthenticated: [401, 'The caller is not known'],
  forbidden: [403, 'The caller may not do this'],
  not_found: [404, 'There is no such call'],
  unknown_source: [404, 'There is no such source'],
  unknown_session: [404, 'There is no such session'],
  method_not_allowed: [405, 'This method is not allowed here'],
  ambiguous_tag: [409, 'Several sessions have this tag'],
  session_ended: [409, 'The session has ended'],
  subject_locked: [409, 'The subject is locked'],
  subject_differs: [409, 'The session belongs to another subject'],
  limits_differ: [409, 'The session has other limits'],
  store_not_new: [409, 'The store is not a new one'],
  preview_required: [409, 'A dry run must come first'],
  too_slow: [408, 'The request did not arrive in time'],
  content_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The body must be JSON'],
  head_too_large: [431, 'The head of the request is too large'],
  internal_error: [500, 'Something went wrong'],
  issuer_unavailable: [503, 'The keys of the issuer cannot be had at the moment'],
  overloaded: [503, 'There are too many calls at the moment'],
  store_unavailable: [503, 'The store cannot be asked at the moment'],
  keys_incomplete: [503, 'This replica may lack a server key'],
  upgrade_in_progress: [503, 'Not all replicas can do this yet'],
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** More members of a problem document. They contain nothing that the caller has sent. */
export type ProblemDetails = Readonly<Record<string, unknown>>;

/** A call that is refused, or that failed. Its text contains nothing that the caller has sent. */
export class AdminProblem extends Error {
  readonly code: ProblemCode;
  readonly details: ProblemDetails;

  /** @param detail what is wrong and what to do about it, for people */
  constructor(code: ProblemCode, detail: string, details: ProblemDetails = {}) {
    super(detail);
    this.name = 'AdminProblem';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return PROBLEMS[this.code][0];
  }

  get title(): string {
    return PROBLEMS[this.code][1];
  }

  /** The document (RFC 9457). */
  get document(): ProblemDetails {
    const { code, status, title, message: detail } = this;
    return { type: `urn:curfew:problem:${code}`, title, status, detail, code, ...this.details };
  }
}
