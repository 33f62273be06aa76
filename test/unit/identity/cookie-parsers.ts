/**
 * How applications read one cookie, each as its library does it: which of several occurrences
 * counts, what separates cookies, and how a value is decoded. Small models, made from the source code
 * of the named libraries.
 */
export interface CookieParser {
  readonly name: string;
  /** The value that the application gets for the name, if any. */
  read(line: string, name: string): string | undefined;
  /** The credential that Curfew should see when the application reads this value. */
  credentialFor(value: string): string;
}

type Pair = readonly [name: string, value: string];

const asRead = (value: string): string => value;

/**
 * npm cookie up to 0.5: JavaScript's trim, the first occurrence counts, quotes dropped, decoded.
 */
const express: CookieParser = {
  name: 'npm cookie',
  read: (line, name) =>
    first(
      pairs(line, /;/, (text) => text.trim()).map(([key, value]) => [
        key,
        decoded(unquoted(value)),
      ]),
      name,
    ),
  credentialFor: asRead,
};

/** npm cookie in an application that decodes the value a second time. */
const twiceDecoding: CookieParser = {
  name: 'npm cookie and another decoding',
  read: (line, name) => {
    const value = express.read(line, name);
    return value === undefined ? undefined : decoded(value);
  },
  credentialFor: asRead,
};

/** Go's net/http, Node frameworks that split by hand: nothing is decoded, the first counts. */
const literal: CookieParser = {
  name: 'net/http',
  read: (line, name) =>
    first(
      pairs(line, /;/, (text) => text.trim()).map(([key, value]) => [key, unquoted(value)]),
      name,
    ),
  credentialFor: decoded,
};

/** Rack: `+` is a blank, the first occurrence counts; older releases also split at commas. */
const rack: CookieParser = {
  name: 'Rack',
  read: (line, name) =>
    first(
      pairs(line, /[;,]/, (text) => text.trim()).map(([key, value]) => [
        decoded(key),
        decoded(value.replaceAll('+', ' ')),
      ]),
      name,
    ),
  credentialFor: (value) => unquoted(value).replaceAll(' ', '+'),
};

/** PHP: blanks, dots and brackets in names become underscores, the first counts. */
const php: CookieParser = {
  name: 'PHP',
  read: (line, name) =>
    first(
      pairs(line, /;/, (text) => text.replace(/^[ \t]+/, '')).map(([key, value]) => [
        key.replaceAll(/[ .[]/g, '_'),
        decoded(value),
      ]),
      name,
    ),
  credentialFor: unquoted,
};

/** Python's http.cookies: blanks separate, quoted values with escapes, the last counts. */
const httpCookies: CookieParser = {
  name: 'http.cookies',
  read: (line, name) => {
    const pattern =
      /\s*([\w!#%&'~`><@,:/$*+\-.^|)(?}{=]+?)(\s*=\s*("(?:[^\\"]|\\.)*"|[\w!#%&'~`><@,:/$*+\-.^|)(?}{=[\]]*))?\s*(\s+|;|$)/y;
    let found: string | undefined;
    while (pattern.lastIndex < line.length) {
      const match = pattern.exec(line);
      if (match === null || match[3] === undefined) break;
      if (match[1] === name) found = unescaped(match[3]);
    }
    return found;
  },
  credentialFor: decoded,
};

/**
 * Servlet containers in RFC 2965 mode: commas separate too, quoted values may hold separators, the
 * last counts.
 */
const servlet: CookieParser = {
  name: 'RFC 2965',
  read: (line, name) => {
    const pattern = /\s*([^\s=;,]*)\s*(?:=\s*("(?:[^\\"]|\\.)*"|[^;,]*))?[^;,]*[;,]?/y;
    let found: string | undefined;
    while (pattern.lastIndex < line.length) {
      const match = pattern.exec(line);
      if (match === null) break;
      if (match[1] === name && match[2] !== undefined) found = unescaped(match[2].trim());
    }
    return found;
  },
  credentialFor: decoded,
};

export const COOKIE_PARSERS: readonly CookieParser[] = [
  express,
  twiceDecoding,
  literal,
  rack,
  php,
  httpCookies,
  servlet,
];

/** The parser of this name. */
export function parserNamed(name: string): CookieParser {
  const parser = COOKIE_PARSERS.find((one) => one.name === name);
  if (parser === undefined) throw new Error(`no parser is called ${name}`);
  return parser;
}

function pairs(line: string, separator: RegExp, trim: (text: string) => string): Pair[] {
  return line.split(separator).flatMap((piece) => {
    const at = piece.indexOf('=');
    return at === -1 ? [] : [[trim(piece.slice(0, at)), trim(piece.slice(at + 1))] as const];
  });
}

function first(all: readonly Pair[], name: string): string | undefined {
  return all.find(([key]) => key === name)?.[1];
}

function unquoted(value: string): string {
  return /^".*"$/s.test(value) ? value.slice(1, -1) : value;
}

function unescaped(value: string): string {
  if (!/^".*"$/s.test(value)) return value;
  return value
    .slice(1, -1)
    .replace(/\\([0-3][0-7][0-7])|\\(.)/gs, (_, octal?: string, plain?: string) =>
      octal === undefined ? (plain ?? '') : String.fromCharCode(parseInt(octal, 8)),
    );
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
