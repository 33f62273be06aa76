import type { CookiePlace } from '../terms/credential-place.ts';
import { percentDecode, trimBlanks } from './credential-text.ts';

/** A cookie that is looked for, and what else counts as an occurrence of it. */
export type WantedCookie = Pick<CookiePlace, 'name' | 'nameCase' | 'pieces' | 'otherCookies'>;

/**
 * What a name on a request is for a wanted cookie: its own name, a name that differs only by case
 * (Jetty and ASP.NET Core read it as the same), or the name of a piece, in which logins keep a
 * large value and which applications join whatever the client sends.
 */
export type NameKind = 'own' | 'other_case' | 'piece';

/** Auth.js and Supabase `NAME.0`, oauth2-proxy and mod_auth_openidc `NAME_0`, ASP.NET Core `NAMEC1`. */
const PIECE = /^(?:[._-][0-9]+|C[0-9]+|_chunks)$/;
const PIECE_OF_ANY_CASE = new RegExp(PIECE, 'i');

/**
 * What PHP turns into an underscore in the name of a cookie. `+` is among it by PHP's older URL
 * decoding.
 */
const MANGLED = /[^!-~]|[.+[]/g;
const FROM_NUL_ON = /\0.*$/s;

/**
 * How some application reads a cookie that was sent under the name `sent` as the wanted cookie, or
 * as a piece of it. `undefined`: none does.
 *
 * Names are compared after trimming and decoding. PHP also reads `ci.session`, `ci[session` and
 * `ci session` as `ci_session` and keeps the first of them. Its older releases end a name at an
 * encoded NUL.
 */
export function nameKind(sent: string, wanted: WantedCookie): NameKind | undefined {
  const { name } = wanted;
  if (sent === name) return 'own';
  const decoded = trimBlanks(percentDecode(sent));
  const spellings = readings(decoded);
  if (spellings.includes(name)) return 'own';
  if (wanted.otherCookies.has(decoded)) return undefined;
  if (wanted.nameCase === 'any') {
    const folded = name.toLowerCase();
    if (spellings.some((spelling) => spelling.toLowerCase() === folded)) return 'other_case';
  }
  const isPiece = (spelling: string): boolean => isPieceOf(spelling, wanted);
  return wanted.pieces === 'refuse' && spellings.some(isPiece) ? 'piece' : undefined;
}

function readings(decoded: string): string[] {
  const cut = decoded.replace(FROM_NUL_ON, '');
  return [decoded, mangled(decoded), cut, mangled(cut)];
}

function mangled(name: string): string {
  return name.replace(MANGLED, '_');
}

function isPieceOf(spelling: string, { name, nameCase }: WantedCookie): boolean {
  const suffix = spelling.slice(name.length);
  if (suffix === '') return false;
  const start = spelling.slice(0, name.length);
  if (nameCase === 'exact') return start === name && PIECE.test(suffix);
  return start.toLowerCase() === name.toLowerCase() && PIECE_OF_ANY_CASE.test(suffix);
}

/** Whether the text from `at` on begins with the name, in any case. ASCII letters alone have case. */
export function startsWithName(text: string, at: number, name: string): boolean {
  if (text.length - at < name.length) return false;
  for (let i = 0; i < name.length; i += 1) {
    const one = text.charCodeAt(at + i);
    const other = name.charCodeAt(i);
    if (one !== other && foldedCode(one) !== foldedCode(other)) return false;
  }
  return true;
}

function foldedCode(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}
