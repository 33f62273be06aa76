import { parseGrant } from './grant.ts';
import type { Grant } from './grant.ts';

const TOKEN_CHARACTERS_MIN = 32;
const TOKEN_CHARACTERS_MAX = 512;
/** Random text of 32 characters, even hex digits, has more than this many different ones. */
const DIFFERENT_CHARACTERS_MIN = 8;
const CALLERS_MAX = 1_000;
const PROBLEMS_MAX = 20;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
/** What a bearer token may be (RFC 6750 section 2.1). */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** One line of the file. */
export interface TokenLine {
  readonly name: string;
  readonly grant: Grant;
  readonly token: string;
}

/** The lines of a tokens file, or what is wrong with it. */
export type ParsedTokens =
  | { readonly kind: 'good'; readonly lines: readonly TokenLine[] }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/**
 * Reads `NAME ROLE TOKEN`, one caller a line; empty lines and lines that begin with `#` are left
 * out. A name may have several tokens, so that a token can be replaced while both are in use.
 * Problems name lines and contain no part of a token.
 */
export function parseTokensFile(text: string): ParsedTokens {
  const problems: string[] = [];
  const lines: TokenLine[] = [];
  const lineOf = new Map<string, number>();
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const number = index + 1;
    const read = readLine(line);
    if (typeof read === 'string') {
      problems.push(`line ${number} ${read}`);
      continue;
    }
    const earlier = lineOf.get(read.token);
    if (earlier !== undefined) {
      problems.push(`line ${number} repeats the token of line ${earlier}; each needs its own`);
      continue;
    }
    lineOf.set(read.token, number);
    lines.push(read);
  }
  if (lines.length > CALLERS_MAX) problems.push(`it has more than ${CALLERS_MAX} tokens`);
  if (lines.length === 0 && problems.length === 0) {
    problems.push('it has no token; write lines such as: NAME viewer TOKEN (openssl rand -hex 32)');
  }
  if (problems.length > PROBLEMS_MAX) {
    problems.splice(PROBLEMS_MAX, Infinity, `and ${problems.length - PROBLEMS_MAX} more`);
  }
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'good', lines };
}

function readLine(line: string): TokenLine | string {
  const words = line.split(/\s+/);
  const [name = '', role = '', token = ''] = words;
  if (words.length !== 3) return 'is not NAME ROLE TOKEN';
  if (!NAME.test(name)) {
    return 'has a name that is not letters, digits, ".", "_", "@" and "-", at most 64';
  }
  const grant = parseGrant(role);
  if (typeof grant === 'string') return grant;
  const fault = tokenFault(token);
  return fault === undefined ? { name, grant, token } : `has a token that ${fault}`;
}

function tokenFault(token: string): string | undefined {
  if (token.length < TOKEN_CHARACTERS_MIN) {
    return `is shorter than ${TOKEN_CHARACTERS_MIN} characters; make one with: openssl rand -hex 32`;
  }
  if (token.length > TOKEN_CHARACTERS_MAX) {
    return `is longer than ${TOKEN_CHARACTERS_MAX} characters`;
  }
  if (!TOKEN.test(token)) {
    return 'has characters that a bearer token may not have (RFC 6750 section 2.1)';
  }
  if (new Set(token).size < DIFFERENT_CHARACTERS_MIN) {
    return 'is not random; make one with: openssl rand -hex 32';
  }
  return undefined;
}
