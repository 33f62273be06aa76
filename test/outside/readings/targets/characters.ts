import { escape } from './escape.ts';

/** The characters that some parser treats specially, in its raw form or after decoding. */
const SPECIAL = ['/', '.', '\\', ';', '%', '?', '#', ' ', '+', '\0', '\n', ':', '&'] as const;
/** These can be sent raw without ending the request line. */
const CAN_BE_RAW: ReadonlySet<string> = new Set([
  '/',
  '.',
  '\\',
  ';',
  '%',
  '?',
  '#',
  '+',
  ':',
  '&',
]);

/** Where a character is put into a path: before the first segment ... after the last one. */
const PLACES: readonly ((form: string) => string)[] = [
  (form) => `/${form}admin/users`,
  (form) => `/ad${form}min/users`,
  (form) => `/admin${form}users`,
  (form) => `/admin${form}/users`,
  (form) => `/admin/${form}users`,
  (form) => `/admin/users${form}`,
  (form) => `/admin/users${form}x`,
  (form) => `/payments/4${form}2`,
  (form) => `/payments/42${form}`,
];

/** Each special character raw, escaped and escaped twice, in each place. */
export function specialCharacters(): readonly string[] {
  return SPECIAL.flatMap((character) =>
    formsOf(character).flatMap((form) => PLACES.map((place) => place(form))),
  );
}

function formsOf(character: string): readonly string[] {
  const raw = CAN_BE_RAW.has(character) ? [character] : [];
  return [...raw, escape(character), `%25${escape(character).slice(1)}`];
}

/** Letters that need no escape, escaped once, twice and three times, with digits in either case. */
export function escapedLetters(): readonly string[] {
  const each = (path: string): readonly string[] =>
    path
      .split('')
      .flatMap((letter, at) =>
        letter === '/' ? [] : [path.slice(0, at) + escape(letter) + path.slice(at + 1)],
      );
  const all = (path: string): string =>
    path
      .split('')
      .map((letter) => (letter === '/' ? letter : escape(letter)))
      .join('');
  return [
    ...each('/login'),
    ...each('/admin/users').filter((_, i) => i % 3 === 0),
    '/payments/%34%32',
    '/payments/%2534%2532',
    all('/admin/users'),
    all('/reports/q1'),
    '/lo%67i%6e',
    '/lo%67i%6E',
    '/%2561dmin/users',
    '/admin/%2575sers',
    '/%252561dmin/users',
    '/%61ccounts/login/',
    '/accounts/%6cogin/',
    '/%56ault/box',
    '/vault/%62ox',
    '/%52eports/%51%32',
    '/public/%6Cogo.txt',
  ];
}
