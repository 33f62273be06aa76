import { writtenBytes } from './written-target.ts';

/** Upper and lower case, with and without escapes. */
function cases(): readonly string[] {
  return [
    '/LOGIN',
    '/Login',
    '/Login/',
    '/logi%4E',
    '/ADMIN/USERS',
    '/Admin/Users',
    '/Admin/Users/',
    '/admin/uSers',
    '/%41dmin/users',
    '/%41DMIN%2fUSERS',
    '/PAYMENTS/42',
    '/Payments/42/',
    '/Payments',
    '/VAULT/box',
    '/Vault/Box',
    '/vault/BOX',
    '/ACCOUNTS/login/',
    '/Accounts/Login',
    '/REPORTS/Q1',
    '/reports/Q1',
    '/reports/q2',
    '/Reports/q2',
    '/REPORTS/Q2',
    '/reports/%512',
    '/PUBLIC/logo.txt',
    '/PUBLIC/../ADMIN/USERS',
    '/Public/%2E%2E/Admin/Users',
  ];
}

/** Letters that case folding or compatibility composition turn into the ASCII of a page. */
const LOOKALIKES = [
  ['i', '\u0131'],
  ['i', '\u0130'],
  ['s', '\u017F'],
  ['a', '\uFF41'],
  ['A', '\uFF21'],
  ['a', '\u24D0'],
  ['a', '\u00AA'],
  ['m', '\u{1D5C6}'],
  ['u', '\u00FB'],
  ['d', 'd\u00AD'],
  ['d', 'd\u200D'],
  ['d', 'd\u0301'],
  ['d', '\uFEFFd'],
] as const;

/** Compatibility forms of the characters that give a path its structure. */
const FULL_WIDTH = ['\uFF0F', '\uFF3C', '\uFF1B', '\uFF05', '\uFF1F', '\uFF03', '\uFF0E'] as const;

/** Case, lookalikes, full-width forms, overlong UTF-8, other charsets. */
export function letters(): readonly string[] {
  return [
    ...cases(),
    ...LOOKALIKES.map(([letter, other]) =>
      `/admin/users`.replace(letter.toLowerCase(), encodeURIComponent(other)),
    ),
    `/log${encodeURIComponent('\u0131')}n`,
    `/lo${encodeURIComponent('\uFF47')}in`,
    `/payments/${encodeURIComponent('\uFF14\uFF12')}`,
    `/payments/${encodeURIComponent('\u2074\u00B2')}`,
    ...FULL_WIDTH.flatMap((character) => [
      `/admin${encodeURIComponent(character)}users`,
      `/admin/users${encodeURIComponent(character)}`,
      `/admin/users${encodeURIComponent(character)}x`,
    ]),
    `/admin/users${encodeURIComponent('\uFF0E')}json`,
    `/public/${encodeURIComponent('\uFF0E\uFF0E\uFF0F')}admin/users`,
    '/%C1%A1dmin/users',
    '/%E0%81%A1dmin/users',
    '/admin%C0%AFusers',
    '/admin/users%C0%80',
    '/admin%E0%80%AFusers',
    '/%FEadmin/users',
    '/admin/users%ED%A0%80',
    '/admin/users%F4%90%80%80',
    '/payments/%E9',
    '/payments/caf%C3%A9',
    '/payments/cafe%CC%81',
    '/%uff41dmin/users',
    '/%u0061dmin/users',
    '/admin%u002fusers',
    ...raw(),
  ];
}

/** Bytes beyond ASCII without an escape. */
function raw(): readonly string[] {
  const utf8 = (text: string): string => writtenBytes(Buffer.from(text, 'utf8'));
  return [
    `/payments/caf${utf8('\u00E9')}`,
    `/payments/caf${writtenBytes(Buffer.of(0xe9))}`,
    `/${utf8('\uFF41')}dmin/users`,
    `/admin${utf8('\uFF0F')}users`,
    `/admin/users${utf8('\uFF0F')}`,
    `/admin/u${utf8('\u017F')}ers`,
    `/admin/users${writtenBytes(Buffer.of(0xff))}`,
    `/admin/users${writtenBytes(Buffer.of(0xa0))}`,
    `/admin/users${writtenBytes(Buffer.of(0x85))}`,
    `/admin${writtenBytes(Buffer.of(0xc0, 0xaf))}users`,
    `/public/${utf8('\u2025')}/admin/users`,
    `/admin/users${writtenBytes(Buffer.of(0x20))}`,
    `/admin/users${writtenBytes(Buffer.of(0x20))}x`,
    `/admin/users${writtenBytes(Buffer.of(0x09))}`,
  ];
}
