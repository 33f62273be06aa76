import { codeAt } from '../../../terms/code-at.ts';

/** A longer path is not analysed, which would delay all other checks by milliseconds. */
export const PATH_MAX = 4_096;

const SLASH = 0x2f;
const QUESTION_MARK = 0x3f;
const DOT = 0x2e;
/** 1 for the codes of letters, digits and the marks that all parsers read alike. */
const PLAIN_CODES = Uint8Array.from({ length: 0x80 }, (_, code) =>
  /[A-Za-z0-9._~!$&'()*+,=:@-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/**
 * The path without its query and final slash, if all parsers see the same segments in it: no
 * escape, no empty segment, and none that ends in a dot. `undefined` for all other paths. One pass,
 * because nearly every path is of this kind.
 * @param target path with query, undecoded
 */
export function plainPath(target: string): string | undefined {
  if (codeAt(target, 0) !== SLASH) return undefined;
  const { length } = target;
  let start = 1;
  let at = 1;
  for (; at < length; at += 1) {
    const code = codeAt(target, at);
    if (code === QUESTION_MARK) break;
    if (code === SLASH) {
      if (start === at || codeAt(target, at - 1) === DOT) return undefined;
      start = at + 1;
    } else if (code >= 0x80 || PLAIN_CODES[code] !== 1) return undefined;
  }
  if (at > PATH_MAX || codeAt(target, at - 1) === DOT) return undefined;
  const end = start === at && at > 1 ? at - 1 : at;
  return end === length ? target : target.slice(0, end);
}

const CAPITAL = /[A-Z]/;

/** Whether a plain path has capital letters. */
export function hasCapitals(path: string): boolean {
  return CAPITAL.test(path);
}
