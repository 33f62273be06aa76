import type {
  BearerPlace,
  CookiePlace,
  CredentialPlace,
  JwtPlace,
} from '../../terms/credential-place.ts';
import type { Source } from '../../terms/source.ts';
import { bytesOf } from '../../terms/credential-place.ts';
import { SOURCE_KINDS, type SourceKind } from '../../terms/source-kind.ts';
import { parseDuration } from '../../terms/duration.ts';
import { JWT_ALGORITHMS } from '../file/jwt-algorithms.ts';
import type { CookieEntry, JwtEntry, SourceEntry } from '../file/policy-file.ts';

/** All sources of a file. Each that reads a cookie knows the cookies of the others. */
export function buildSources(entries: readonly SourceEntry[]): readonly Source[] {
  const sources = entries.map(buildSource);
  const names = sources.flatMap(({ place }) => cookieNameOf(place) ?? []);
  return sources.map((source) => {
    const own = cookieNameOf(source.place);
    if (own === undefined) return source;
    const otherCookies: ReadonlySet<string> = new Set(names.filter((name) => name !== own));
    return { ...source, place: besideCookies(source.place, otherCookies) };
  });
}

function cookieNameOf(place: CredentialPlace): string | undefined {
  const bytes = bytesOf(place);
  return bytes.kind === 'cookie' ? bytes.name : undefined;
}

function besideCookies(place: CredentialPlace, otherCookies: ReadonlySet<string>): CredentialPlace {
  if (place.kind === 'cookie') return { ...place, otherCookies };
  if (place.kind !== 'jwt' || place.in.kind !== 'cookie') return place;
  return { ...place, in: { ...place.in, otherCookies } };
}

/** One source of the file, with defaults filled in. */
export function buildSource(entry: SourceEntry): Source {
  const { take } = entry;
  return {
    name: entry.name,
    place: placeOf(entry),
    opening: entry.opening ?? 'first-use',
    format: entry.format ?? 'plain',
    take: take === undefined ? undefined : { after: take.after, before: take.before },
    subjectHeader: entry.subject?.header.toLowerCase(),
  };
}

/** Reads the place under one key of an entry; `undefined` where the entry does not have the key. */
type PlaceReader = (entry: SourceEntry) => CredentialPlace | undefined;

const NO_COOKIES: ReadonlySet<string> = new Set();
const BEARER: BearerPlace = { kind: 'bearer' };
const PLACE_UNDER: Readonly<Record<SourceKind, PlaceReader>> = {
  cookie: (entry) => (entry.cookie === undefined ? undefined : cookiePlace(entry.cookie, entry)),
  header: ({ header }) =>
    header === undefined ? undefined : { kind: 'header', name: header.toLowerCase() },
  bearer: ({ bearer }) => (bearer === undefined ? undefined : BEARER),
  jwt: (entry) => (entry.jwt === undefined ? undefined : jwtPlace(entry.jwt, entry)),
};

/** An entry without a place, which is reported elsewhere, counts as a bearer token. */
function placeOf(entry: SourceEntry): CredentialPlace {
  for (const kind of SOURCE_KINDS) {
    const place = PLACE_UNDER[kind](entry);
    if (place !== undefined) return place;
  }
  return BEARER;
}

/** @param source says how the cookie is read */
function cookiePlace(written: string | CookieEntry, source: SourceEntry): CookiePlace {
  const cookie: CookieEntry = typeof written === 'string' ? { name: written } : written;
  return {
    kind: 'cookie',
    name: cookie.name,
    path: cookie.path ?? '/',
    domain: cookie.domain,
    sameSite: cookie.same_site ?? 'lax',
    partitioned: cookie.partitioned ?? false,
    nameCase: source.case ?? 'any',
    pieces: source.pieces ?? 'refuse',
    clearWith: source.clear_with ?? [],
    pathParameter: source.path_parameter,
    otherCookies: NO_COOKIES,
  };
}

function jwtPlace(entry: JwtEntry, source: SourceEntry): JwtPlace {
  const { audience } = entry;
  return {
    kind: 'jwt',
    in: tokenPlace(entry, source),
    issuer: entry.issuer,
    audiences: typeof audience === 'string' ? (audience === 'any' ? [] : [audience]) : audience,
    verifiedBy: verifierOf(entry),
    session: sessionNameOf(entry),
    perLogin: entry.per_login ?? false,
    subjectClaim: entry.subject_claim,
    leewayMs: entry.leeway === undefined ? 0 : (parseDuration(entry.leeway) ?? 0),
  };
}

function tokenPlace({ cookie, header }: JwtEntry, source: SourceEntry): JwtPlace['in'] {
  if (cookie !== undefined) return cookiePlace(cookie, source);
  const name = header?.toLowerCase() ?? 'authorization';
  return name === 'authorization' ? { kind: 'bearer' } : { kind: 'header', name };
}

function verifierOf(entry: JwtEntry): JwtPlace['verifiedBy'] {
  if (entry.verified_by === 'envoy') {
    const forwarded = entry.forwarded_headers ?? [];
    return {
      kind: 'envoy',
      metadataKey: entry.metadata_key ?? 'payload',
      forwardedHeaders: forwarded.map((name) => name.toLowerCase()),
    };
  }
  const keys =
    entry.jwks_uri === undefined
      ? ({ kind: 'file', path: entry.jwks_file ?? '' } as const)
      : ({
          kind: 'uri',
          uri: entry.jwks_uri,
          plainHttp: entry.justification === undefined ? 'refused' : 'accepted',
        } as const);
  return { kind: 'curfew', keys, algorithms: entry.algorithms ?? JWT_ALGORITHMS };
}

function sessionNameOf(entry: JwtEntry): JwtPlace['session'] {
  if (entry.session_from !== undefined) return { kind: entry.session_from };
  return { kind: 'claim', claim: entry.session_claim ?? 'sid' };
}
