import { escapedLetters, specialCharacters } from './characters.ts';
import { endings, pathInfo, queries } from './endings.ts';
import { letters } from './letters.ts';
import { dotSegments, emptySegments } from './segments.ts';

/** The pages as a browser asks for them. */
const PLAIN = [
  '/login',
  '/accounts/login/',
  '/payments',
  '/payments/42',
  '/admin/users',
  '/vault/box',
  '/vault/deep/box',
  '/reports/q1',
  '/Reports/Q2',
  '/public/logo.txt',
  '/public/deep/logo.txt',
] as const;

/** What users send while they work: file names, scoped packages, branches, matrix parameters. */
const AT_WORK = [
  '/public/annual%20report.pdf',
  '/public/annual+report.pdf',
  '/public/100%25.txt',
  '/public/what%3F.txt',
  '/public/a%23b.txt',
  '/public/a;v=1/b',
  '/public/caf%C3%A9',
  '/public/.well-known',
  '/public/x..y',
  '/public/feature%2Flogin',
  '/payments/feature%2Flogin',
  '/payments/@scope%2Fname',
  '/payments/@scope/name',
  '/payments/a%5Cb',
  '/payments/a.b',
  '/payments/..a',
  '/payments/a%20b',
  '/payments/a+b',
  '/payments/a%2Bb',
  '/payments/a%252Fb',
  '/payments/100%25',
  '/payments/a%3Bb',
  '/payments/a;b',
  '/payments/%E2%9C%93',
  '/payments/-',
  '/payments/ABC',
] as const;

/** Absolute form, which proxies send to servers. */
const ABSOLUTE = [
  'http://app.example.com/admin/users',
  'HTTP://APP.EXAMPLE.COM/admin/users',
  'https://app.example.com/payments/42',
  'http://other.example.com/admin/users?x=1',
  'http://app.example.com/public/../admin/users',
  'http://app.example.com/%61dmin/users',
  'http://app.example.com//admin/users',
  'http:/admin/users',
] as const;

/** Every request target that the parsers are asked, each once, as `targetBytes` reads them. */
export function everyTarget(): readonly string[] {
  return [
    ...new Set([
      ...PLAIN,
      ...AT_WORK,
      ...escapedLetters(),
      ...specialCharacters(),
      ...dotSegments(),
      ...emptySegments(),
      ...endings(),
      ...queries(),
      ...pathInfo(),
      ...letters(),
      ...ABSOLUTE,
    ]),
  ];
}
