import type { CookiePlace, CredentialPlace, JwtPlace, Source } from '../session/source.ts';
import { parseDuration } from './duration.ts';
import { JWT_ALGORITHMS } from './jwt-algorithms.ts';
import type { CookieEntry, JwtEntry, SourceEntry } from './policy-file.ts';

/** One source as the file says it, with defaults filled in. */
export function buildSource(entry: SourceEntry): Source {
  const { take } = entry;
  return {
    name: entry.name,
    place: placeOf(entry),
    opening: entry.opening ?? 'first-use',
    format: entry.format ?? 'plain',
    take: take === undefined ? undefined : { after: take.after, before: take.before },
  };
}

function placeOf(entry: SourceEntry): CredentialPlace {
  if (entry.cookie !== undefined) return cookiePlace(entry.cookie);
  if (entry.header !== undefined) return { kind: 'header', name: entry.header.toLowerCase() };
  if (entry.jwt !== undefined) return jwtPlace(entry.jwt);
  return { kind: 'bearer' };
}

function cookiePlace(entry: string | CookieEntry): CookiePlace {
  const { name, path, domain } = typeof entry === 'string' ? { name: entry } : entry;
  return { kind: 'cookie', name, path: path ?? '/', domain };
}

function jwtPlace(entry: JwtEntry): JwtPlace {
  const { audience } = entry;
  return {
    kind: 'jwt',
    in: tokenPlace(entry),
    issuer: entry.issuer,
    audiences: typeof audience === 'string' ? (audience === 'any' ? [] : [audience]) : audience,
    verifiedBy: verifierOf(entry),
    session: sessionNameOf(entry),
    perLogin: entry.per_login ?? false,
    leewayMs: entry.leeway === undefined ? 0 : (parseDuration(entry.leeway) ?? 0),
  };
}

function tokenPlace({ cookie, header }: JwtEntry): JwtPlace['in'] {
  if (cookie !== undefined) return cookiePlace(cookie);
  const name = header?.toLowerCase() ?? 'authorization';
  return name === 'authorization' ? { kind: 'bearer' } : { kind: 'header', name };
}

function verifierOf(entry: JwtEntry): JwtPlace['verifiedBy'] {
  if (entry.verified_by === 'envoy') {
    return { kind: 'envoy', metadataKey: entry.metadata_key ?? 'payload' };
  }
  const keys =
    entry.jwks_uri === undefined
      ? ({ kind: 'file', path: entry.jwks_file ?? '' } as const)
      : ({ kind: 'uri', uri: entry.jwks_uri } as const);
  return { kind: 'curfew', keys, algorithms: entry.algorithms ?? JWT_ALGORITHMS };
}

function sessionNameOf(entry: JwtEntry): JwtPlace['session'] {
  if (entry.session_from !== undefined) return { kind: entry.session_from };
  return { kind: 'claim', claim: entry.session_claim ?? 'sid' };
}
