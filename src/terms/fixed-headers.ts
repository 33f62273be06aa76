/**
 * The request headers that the rules of this program read under every policy file, in lower case.
 * The decoder skips a header that neither this list nor the policy file names, so no rule ever sees
 * it.
 */
export const FIXED_HEADERS = [
  // Whose session it is.
  'authorization',
  'cookie',
  // CORS: what a preflight is, and which origin may read a denial.
  'access-control-request-method',
  'origin',
  // Whether it counts as activity.
  'curfew-passive',
  'purpose',
  'sec-purpose',
  'service-worker',
  'x-moz',
  'x-sec-purpose',
  // Which method frameworks see.
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  // Which kind of client gets the answer, and whether it is a stream.
  'accept',
  'connect-protocol-version',
  'content-type',
  'mcp-protocol-version',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'upgrade',
  'x-requested-with',
  // Ours: a client's copy of it must not reach the application.
  'session-lifetime',
  // The log.
  'x-request-id',
] as const;

/** Those whose values most requests repeat. */
export const REPEATED_HEADERS: readonly (typeof FIXED_HEADERS)[number][] = [
  'access-control-request-method',
  'origin',
  'purpose',
  'sec-purpose',
  'accept',
  'connect-protocol-version',
  'content-type',
  'mcp-protocol-version',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'upgrade',
  'x-requested-with',
];
