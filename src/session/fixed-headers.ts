/**
 * The request headers that the rules of this program read, whatever the policy file says, in lower case. A header that
 * neither this list nor the policy file names is passed over where the request is decoded, and no rule ever sees it.
 */
export const FIXED_HEADERS = [
  // Whose session it is.
  'authorization',
  'cookie',
  // A preflight of CORS, and who may read a denial.
  'access-control-request-method',
  'origin',
  // Whether it counts as activity.
  'curfew-passive',
  'sec-purpose',
  // Who has to understand the answer, and whether it is a stream.
  'accept',
  'content-type',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'upgrade',
  'x-requested-with',
  // What must not come from the client.
  'session-lifetime',
  // The log.
  'x-request-id',
] as const;
