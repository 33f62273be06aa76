import { pathWithoutQuery } from '../../../terms/path.ts';
import {
  canonicalPath,
  escapeForbidden,
  upperCaseEscapes,
  withoutFinalSlash,
} from './canonical-text.ts';
import { decodeEscapes } from './decode-escapes.ts';
import {
  withMergedSlashes,
  withoutAuthority,
  withoutDotSegments,
  withoutFinalSpace,
  withoutParameters,
  withoutRest,
  withoutShortParameters,
  withPlainForms,
  withSlashes,
} from './path-steps.ts';
import { PATH_MAX } from './plain-path.ts';

/** One way in which a server reads a path. */
export interface PathReading {
  /** Without final slash. */
  readonly path: string;
  /** Whether escapes were decoded. It is compared with patterns that are decoded, too. */
  readonly isDecoded: boolean;
  /** What was done to it, for explanations. Empty for the path as it was sent. */
  readonly how: readonly string[];
}

/** How a path can be read. */
export interface PathReadings {
  /** In canonical spelling, without query and final slash. */
  readonly asSent: PathReading;
  /** What servers make of it, the reading as sent not included. */
  readonly others: readonly PathReading[];
  /** Why it can be read as any path, or `undefined`. */
  readonly unreadable: string | undefined;
}

/**
 * What servers do, in this order. Each server does some of it, so each step is taken and left out:
 * the readings are all results. Between the two lists escapes are decoded, once or twice.
 */
const BEFORE_DECODING = [
  ['without what a URL parser takes for the host', withoutAuthority],
  ['without dot segments', withoutDotSegments],
  ['without path parameters', withoutParameters],
] as const;
const AFTER_DECODING = [
  ['with compatibility forms as plain characters', withPlainForms],
  ['without what follows an escaped "?", "#" or NUL', withoutRest],
  ['without white space at the end', withoutFinalSpace],
  ['without path parameters', withoutParameters],
  ['without path parameters', withoutShortParameters],
  ['with "\\" as "/"', withSlashes],
  ['with "//" as "/"', withMergedSlashes],
  ['without dot segments', withoutDotSegments],
] as const;

/**
 * A path with more readings, or with more characters in all of them, is read as any path: it would
 * delay other checks. Real ones have three or four readings.
 */
const READINGS_MAX = 24;
const CHARACTERS_MAX = 24_576;

/** Reads a path. The query is never looked at. */
export function pathReadings(target: string): PathReadings {
  const path = pathWithoutQuery(target);
  if (path.length > PATH_MAX) {
    const sent = path.slice(0, PATH_MAX);
    return unreadable(sent, `is longer than ${PATH_MAX} characters`);
  }
  const asSent = sentReading(canonicalPath(path));
  const reason = whyUnreadable(path);
  if (reason !== undefined) return unreadable(asSent.path, reason);
  const raw = escapeForbidden(upperCaseEscapes(path));
  let found: readonly PathReading[] = [asSent, { ...sentReading(raw), how: ['undecoded'] }];
  for (const [name, step] of BEFORE_DECODING) found = withStep(found, name, step);
  const decoded = found.map(({ path: text, how }): PathReading => {
    const plain = decodeEscapes(text);
    return { path: plain, isDecoded: true, how: plain === text ? how : [...how, 'decoded'] };
  });
  found = distinct([...found, ...withStep(decoded, 'decoded again', decodeEscapes)]);
  for (const [name, step] of AFTER_DECODING) {
    found = withStep(found, name, step);
    if (found.length > READINGS_MAX || found.length * path.length > CHARACTERS_MAX) {
      return unreadable(asSent.path, 'has too many readings');
    }
  }
  const others = distinct(found.map(withoutSlash)).filter(
    (reading) => reading.isDecoded || reading.path !== asSent.path,
  );
  return { asSent, others, unreadable: undefined };
}

/** The reading under `ambiguous_paths: literal`: as it was sent. */
export function literalReadings(target: string): PathReadings {
  const asSent = { path: pathWithoutQuery(target), isDecoded: false, how: [] };
  return { asSent, others: [], unreadable: undefined };
}

/**
 * Why servers may take a path for any other, or `undefined`.
 * @param path without the query
 */
export function whyUnreadable(path: string): string | undefined {
  if (!path.startsWith('/')) return 'does not begin with "/"';
  if (path.includes('\u0000')) return 'has a raw NUL';
  if (path.includes('\uFFFD')) return 'has raw bytes that are not UTF-8';
  return path.includes('#') ? 'has a raw "#"' : undefined;
}

function unreadable(path: string, why: string): PathReadings {
  return { asSent: sentReading(path), others: [], unreadable: why };
}

function sentReading(path: string): PathReading {
  return { path: withoutFinalSlash(path), isDecoded: false, how: [] };
}

function withStep(
  readings: readonly PathReading[],
  name: string,
  step: (path: string) => string,
): readonly PathReading[] {
  let changed: PathReading[] | undefined;
  for (const reading of readings) {
    const path = step(reading.path);
    if (path === reading.path) continue;
    changed ??= [];
    changed.push({ path, isDecoded: reading.isDecoded, how: [...reading.how, name] });
  }
  return changed === undefined ? readings : distinct([...readings, ...changed]);
}

function withoutSlash(reading: PathReading): PathReading {
  const path = withoutFinalSlash(reading.path);
  return path === reading.path ? reading : { ...reading, path };
}

/** Each reading once, in the way that was found first. */
function distinct(readings: readonly PathReading[]): readonly PathReading[] {
  const seen = new Map<string, PathReading>();
  for (const reading of readings) {
    const key = `${reading.isDecoded ? 'decoded' : 'sent'} ${reading.path}`;
    if (!seen.has(key)) seen.set(key, reading);
  }
  return [...seen.values()];
}
