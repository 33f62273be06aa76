/** Every call of administration: for logs, metrics and the OpenAPI document. */
export const CALL_NAMES = [
  'register_session',
  'find_session',
  'show_session',
  'list_sessions',
  'end_sessions',
  'show_subject',
  'lock_subject',
  'unlock_subject',
  'list_policies',
  'show_status',
  'show_store',
  'init_store',
  'accept_store_loss',
  'show_openapi',
] as const;
export type CallName = (typeof CALL_NAMES)[number];
