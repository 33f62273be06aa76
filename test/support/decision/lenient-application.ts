import type { HeaderLine } from '../../../src/terms/request-facts.ts';
import type { AllowReply } from '../../../src/verdict/check-reply.ts';

/** The request headers as the application gets them: Envoy first sets headers, then removes headers. */
export function headersBehind(
  headers: readonly HeaderLine[],
  { requestHeaders, requestHeadersToRemove }: AllowReply,
): readonly HeaderLine[] {
  const replaced = new Set([...requestHeaders.map(([name]) => name), ...requestHeadersToRemove]);
  return [
    ...headers.filter(({ name }) => !replaced.has(name)),
    ...requestHeaders.map(([name, value]) => ({ name, value })),
  ];
}

/**
 * Every value that some application may read for a cookie: as npm cookie, PHP, Python's http.cookies and Java servlets
 * read it, with any of several values.
 */
export function cookiesRead(headers: readonly HeaderLine[], name: string): readonly string[] {
  const lines = headers.filter((line) => line.name === 'cookie').map(({ value }) => value);
  const found: string[] = [];
  for (const separators of [/;/, /[;,]/]) {
    for (const pair of lines.flatMap((line) => line.split(separators))) {
      const equalsAt = pair.indexOf('=');
      const names = namesRead(pair.slice(0, equalsAt));
      if (equalsAt !== -1 && names.includes(name))
        found.push(...valuesRead(pair.slice(equalsAt + 1)));
    }
  }
  return found;
}

/** Every value that some application may read for a header, also under twins of its name. */
export function headerRead(headers: readonly HeaderLine[], name: string): readonly string[] {
  return linesOf(headers, name).flatMap((value) =>
    [value, ...value.split(',')].flatMap(valuesRead),
  );
}

function linesOf(headers: readonly HeaderLine[], name: string): readonly string[] {
  return headers
    .filter((line) => line.name.replaceAll(/[_.]/g, '-') === name)
    .map(({ value }) => value);
}

/** Every value that some application may read as a bearer token: after the scheme, or without any scheme. */
export function bearerRead(headers: readonly HeaderLine[]): readonly string[] {
  return linesOf(headers, 'authorization').flatMap((value) => {
    const bearer = /^\s*bearer|(?<![a-z0-9])bearer(?![a-z0-9])/i.exec(value);
    if (bearer === null) return /\s/.test(value.trim()) ? [] : valuesRead(value);
    const token = value.slice(bearer.index + bearer[0].length).replace(/^[\s:,]*/, '');
    return [...valuesRead(token), ...token.split(/[\s,]+/)].filter((reading) => reading !== '');
  });
}

function namesRead(text: string): readonly string[] {
  const trimmed = text.trim();
  const decoded = decoding(trimmed);
  return [trimmed, decoded, decoded.replaceAll(/[ .]/g, '_')];
}

function valuesRead(text: string): readonly string[] {
  const trimmed = text.trim();
  const unquoted = trimmed.replace(/^"(.*)"$/s, '$1');
  const unescaped = unquoted.replaceAll(/\\([0-3][0-7]{2}|.)/g, (_match, escape: string) =>
    escape.length === 3 ? String.fromCharCode(Number.parseInt(escape, 8)) : escape,
  );
  const readings = [trimmed, unquoted, unescaped];
  return [...readings, ...readings.map(decoding)].filter((reading) => reading !== '');
}

function decoding(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
