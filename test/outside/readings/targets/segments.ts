/** Spellings that some parser reads as `..`. */
const PARENTS = [
  '..',
  '.%2e',
  '%2e.',
  '%2E%2E',
  '%252e%252e',
  '..;',
  '..;x=1',
  '..%3b',
  '..%3Bx=1',
  '%2e%2e;',
  '..%00',
  '..%20',
  '..%5c',
  '...',
  '%C0%AE%C0%AE',
  '%EF%BC%8E%EF%BC%8E',
  '%E2%80%A5',
] as const;

/** Spellings that some parser reads as `.`. */
const SELVES = ['.', '%2e', '%252e', '.;', ';', ';x=1', '%3b', '%3Bx=1', '%EF%BC%8E'] as const;

/** Spellings that some parser reads as a separator of segments. */
const SEPARATORS = [
  '%2f',
  '%2F',
  '\\',
  '%5c',
  '%5C',
  '//',
  '/\\',
  '%252f',
  '%255c',
  ';/',
  ';x=1/',
  '%C0%AF',
  '%E0%80%AF',
  '%EF%BC%8F',
  '%EF%BC%BC',
] as const;

/** Parent segments in all spellings, between all separators. Every path stays inside the site. */
export function dotSegments(): readonly string[] {
  return [
    ...PARENTS.flatMap((parent) => [
      `/public/${parent}/admin/users`,
      `/admin/x/${parent}/users`,
      `/admin/users/x/${parent}`,
    ]),
    ...SEPARATORS.flatMap((separator) => [
      `/public/..${separator}admin/users`,
      `/public${separator}..${separator}admin${separator}users`,
      `/vault${separator}box`,
    ]),
    ...SELVES.flatMap((self) => [
      `/${self}/admin/users`,
      `/admin/${self}/users`,
      `/admin/users/${self}`,
    ]),
    '/public/../login',
    '/public/deep/../../login',
    '/public/%2e%2e%2flogin',
    '/public/%2e%2e%2Fpayments/42',
    '/public/..%2f..%2fadmin/users',
    '/public/deep/..;/..;/admin/users',
    '/public/%252e%252e%252fadmin%252fusers',
    '/public/%2e%2e%5cadmin%5cusers',
    '/payments/x/../42',
    '/payments/42/..',
    '/payments/42/.',
    '/payments/42/../',
    '/payments/42/%2e%2e/43',
    '/accounts/x/../login/',
    '/accounts/./login/',
    '/vault/x/../box',
    '/public/x/../logo.txt',
  ];
}

/** Empty segments, and targets that some parser takes for a host with a path. */
export function emptySegments(): readonly string[] {
  return [
    '//login',
    '///login',
    '//payments',
    '//payments//42',
    '/payments//42',
    '//accounts//login//',
    '/accounts//login/',
    '//vault//box',
    '//reports/q1',
    '//public/../admin/users',
    '/public//../admin/users',
    '/public//..//../admin/users',
    '//app.example.com/admin/users',
    '//other.example.com/admin/users',
    '///other.example.com/admin/users',
    '/\\other.example.com/admin/users',
    '/\\/other.example.com/admin/users',
    '//user@other.example.com:80/admin/users',
    '\\admin\\users',
    '/admin/users//?x=1',
  ];
}
