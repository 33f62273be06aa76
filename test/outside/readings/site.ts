/**
 * The pages that every program serves, as a route writes them: `{id}` is one segment and `{rest}`
 * is everything below. Each program names its pages like this, whatever its own syntax is.
 */
export const PAGES = [
  '/login',
  '/accounts/login/',
  '/payments',
  '/payments/{id}',
  '/admin/users',
  '/vault/{rest}',
  '/reports/q1',
  '/Reports/Q2',
  '/public/{rest}',
] as const;

/** The same site as files, for servers of static files: path below the root folder. */
export const FILES = [
  'login',
  'accounts/login/index.html',
  'payments/index.html',
  'payments/42',
  'admin/users',
  'vault/box',
  'reports/q1',
  'Reports/Q2',
  'public/logo.txt',
  'public/deep/logo.txt',
] as const;
