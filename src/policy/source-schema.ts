import * as z from 'zod';
import { FILE_LIMITS } from './file-limits.ts';
import { JWT_ALGORITHMS } from './jwt-algorithms.ts';
import type { CookieEntry, JwtEntry, SourceEntry } from './policy-file.ts';
import {
  duration,
  durationOrZero,
  justification,
  name,
  plainText,
  text,
  token,
  word,
  yesOrNo,
} from './scalar-schema.ts';

const cookie: z.ZodType<string | CookieEntry> = z.union(
  [
    token,
    z.strictObject({
      name: token.meta({ description: 'Case-sensitive.' }),
      path: text(/^\/[!-:<-~]*$/, 'a cookie path that begins with "/"')
        .optional()
        .meta({ description: 'The Path with which the application sets it. Default `/`.' }),
      domain: text(/^\.?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/, 'a domain', 255)
        .optional()
        .meta({ description: 'The Domain with which the application sets it, if it does.' }),
    }),
  ],
  { error: 'expected a cookie name, or { name, path, domain }' },
);

const audience = z.union(
  [plainText, z.array(plainText).min(1, 'an empty list admits nobody').max(FILE_LIMITS.listMax)],
  { error: 'expected an audience, or a list of them' },
);

const delimiter = text(/^[!-~]+$/, 'a delimiter of visible ASCII characters', 64);

const jwt: z.ZodType<JwtEntry> = z.strictObject({
  issuer: plainText.meta({ description: 'Must equal `iss`.' }),
  audience: audience.meta({
    description:
      'One of these must be in `aud`. `any` switches the check off; say why in `justification`.',
  }),
  justification: justification.optional().meta({ description: 'Why any audience will do.' }),
  verified_by: word('curfew', 'envoy').optional().meta({
    description:
      "Who verifies the signature: Curfew (default), or Envoy's jwt_authn filter before it.",
  }),
  metadata_key: plainText.optional().meta({
    description:
      "jwt_authn's `payload_in_metadata`. Default `payload`. Only with `verified_by: envoy`.",
  }),
  jwks_file: plainText.optional().meta({ description: 'File with the keys (a JWK set).' }),
  jwks_uri: text(/^https?:\/\/[^\s/@]+(?:\/\S*)?$/, 'an https URL of a JWK set')
    .optional()
    .meta({ description: 'URL of the keys (a JWK set).' }),
  algorithms: z
    .array(word(...JWT_ALGORITHMS))
    .min(1, 'an empty list admits nothing')
    .max(JWT_ALGORITHMS.length)
    .optional()
    .meta({ description: 'Signature algorithms admitted. Default: all asymmetric ones.' }),
  leeway: durationOrZero.optional().meta({
    description: 'Tolerance for `exp` and `nbf`, at most 60s. Default 0s.',
  }),
  header: token.optional().meta({
    description: 'Header with the token. Default `authorization`, there as a bearer token.',
  }),
  cookie: cookie.optional().meta({ description: 'Cookie with the token, instead of a header.' }),
  session_claim: plainText.optional().meta({
    description: 'Claim that names the session within the issuer. Default `sid`.',
  }),
  session_from: word('jti', 'hash').optional().meta({
    description:
      'Instead of a session claim: the token id, or a hash of the token. Each new token is a new session then.',
  }),
  per_login: yesOrNo.optional().meta({
    description: '`auth_time` is part of the session: a new login is a new session. Default false.',
  }),
});

/** One entry of `sources`. */
export const sourceSchema: z.ZodType<SourceEntry> = z
  .strictObject({
    name: name.meta({
      description: 'Part of the session key: renaming a source is a new start for its sessions.',
    }),
    cookie: cookie.optional().meta({ description: 'The credential is the value of this cookie.' }),
    header: token.optional().meta({ description: 'The credential is the value of this header.' }),
    bearer: z
      .strictObject({}, { error: 'expected {}' })
      .optional()
      .meta({ description: 'The credential is an opaque bearer token. Written `bearer: {}`.' }),
    jwt: jwt.optional().meta({ description: 'The credential is a JSON Web Token.' }),
    opening: word('first-use', 'registered').optional().meta({
      description:
        'How a session comes to exist: when its credential is first seen, or by the login service. Required; JWT default first-use.',
    }),
    credential_lifetime: duration.optional().meta({
      description:
        'How long the login system might still honour a credential. Required with first-use.',
    }),
    format: word('plain', 'hex', 'uuid', 'base64url').optional().meta({
      description: 'The only spelling of a value that is admitted. Default plain.',
    }),
    take: z
      .strictObject({
        after: delimiter
          .optional()
          .meta({ description: 'What stands before the part, at its first occurrence.' }),
        before: delimiter
          .optional()
          .meta({ description: 'What stands behind the part, at its first occurrence.' }),
      })
      .meta({ minProperties: 1 })
      .optional()
      .meta({ description: 'Keys on a part of the value, e.g. of a signed cookie.' }),
    touch_interval: durationOrZero.optional().meta({
      description:
        'Activity younger than this is not written again. Default: a tenth of the smallest admitting idle timeout, at most 60s. 0s is exact.',
    }),
  })
  .meta({ oneOf: ['cookie', 'header', 'bearer', 'jwt'].map((place) => ({ required: [place] })) });
