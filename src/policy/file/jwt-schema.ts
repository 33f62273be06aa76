import * as z from 'zod';
import { cookieSchema } from './cookie-schema.ts';
import { FILE_LIMITS } from './file-limits.ts';
import { JWT_ALGORITHMS } from './jwt-algorithms.ts';
import type { JwtEntry } from './policy-file.ts';
import {
  durationOrZero,
  justification,
  plainText,
  text,
  token,
  word,
  yesOrNo,
} from './scalar-schema.ts';
import type { ShapeOf } from './schema-shape.ts';

const audience = z.union(
  [
    plainText,
    z
      .array(plainText)
      .min(1, 'an empty list accepts no token\nname at least one audience')
      .max(FILE_LIMITS.listMax),
  ],
  { error: 'expected an audience, or a list of audiences' },
);

/** How tokens are verified: by which keys, and by whom. */
const verification = {
  issuer: plainText.meta({
    description: 'The `iss` claim of every token must equal this text exactly. Required.',
    examples: ['https://idp.example.com/realms/main'],
  }),
  audience: audience.meta({
    description:
      'The `aud` claim of every token must contain this audience, or one of this list of at most ' +
      `${FILE_LIMITS.listMax}. \`any\` turns the check off and needs a \`justification\`. Required.`,
    examples: ['shop'],
  }),
  justification: justification.optional().meta({
    description:
      'Why any audience is accepted, or why keys are fetched without TLS. Required with ' +
      '`audience: any` and with a `jwks_uri` over http to another machine; only then.',
    examples: ['All clients of this issuer are first-party applications.'],
  }),
  verified_by: word('curfew', 'envoy')
    .optional()
    .meta({
      description:
        'What verifies the signature: `curfew` (default) with the keys of `jwks_file` or ' +
        "`jwks_uri`, or `envoy`: Envoy's jwt_authn filter, which must run before ext_authz.",
      examples: ['envoy'],
    }),
  metadata_key: plainText.optional().meta({
    description:
      "The value of jwt_authn's `payload_in_metadata`, where the verified claims are found. " +
      'Default `payload`. Only with `verified_by: envoy`.',
    examples: ['jwt_payload'],
  }),
  forwarded_headers: z
    .array(token, { error: 'expected a list of header names' })
    .min(1, 'an empty list names no header\nname at least one header, or remove the key')
    .max(FILE_LIMITS.listMax)
    .optional()
    .meta({
      description:
        'Request headers that jwt_authn adds for the application, such as its ' +
        '`forward_payload_header`. They are removed whenever the token is. At most ' +
        `${FILE_LIMITS.listMax}. Only with \`verified_by: envoy\`.`,
      examples: [['x-jwt-payload']],
    }),
  jwks_file: plainText.optional().meta({
    description:
      'Path of a file with the public keys (a JWK set). It is read again when it changes. ' +
      'Either this or `jwks_uri`, unless `verified_by: envoy`.',
    examples: ['/etc/curfew/jwks.json'],
  }),
  jwks_uri: text(/^https?:\/\/[^\s/@]+(?:\/\S*)?$/, 'an https URL of a JWK set')
    .optional()
    .meta({
      description:
        'URL from which the public keys (a JWK set) are fetched, and fetched again when a token ' +
        'names an unknown key. Over http to another machine it needs a `justification`. Either ' +
        'this or `jwks_file`, unless `verified_by: envoy`.',
      examples: ['https://idp.example.com/realms/main/protocol/openid-connect/certs'],
    }),
  algorithms: z
    .array(word(...JWT_ALGORITHMS))
    .min(1, 'an empty list accepts no token\nname at least one algorithm')
    .max(JWT_ALGORITHMS.length)
    .optional()
    .meta({
      description:
        'Signature algorithms that are accepted. Default: all asymmetric ones, which are the only ' +
        'ones that can be named. Not with `verified_by: envoy`.',
      examples: [['RS256', 'ES256']],
    }),
  leeway: durationOrZero.optional().meta({
    description: 'Tolerance when `exp` and `nbf` are checked, from 0s to 60s. Default 0s.',
    examples: ['5s'],
  }),
} satisfies Partial<ShapeOf<JwtEntry>>;

/** A JSON Web Token as the credential: where it is found, how it is verified, what names the session. */
export const jwtSchema: z.ZodType<JwtEntry> = z.strictObject({
  ...verification,
  header: token.optional().meta({
    description:
      'Request header that holds the token. Default `authorization`, where the token follows ' +
      '`Bearer`; any other header holds the token alone.',
    examples: ['x-access-token'],
  }),
  cookie: cookieSchema.optional().meta({
    description: 'Cookie that holds the token, instead of a header.',
    examples: ['access_token'],
  }),
  session_claim: plainText.optional().meta({
    description:
      'Claim that names the session within the issuer. Tokens with the same value belong to one ' +
      'session, so a refreshed token continues it. Its exact name is looked for first, then a ' +
      'path through nested claims. Default `sid`.',
    examples: ['ext.sid'],
  }),
  session_from: word('jti', 'hash')
    .optional()
    .meta({
      description:
        'For tokens without a session claim: `jti` names the session by the id of the token, ' +
        '`hash` by a hash of the token without its signature. Every new token is then a new ' +
        'session, and a token without `auth_time` restarts both clocks, so each policy that has ' +
        'an absolute timeout and accepts this source needs a `justification`. Not with ' +
        '`session_claim`.',
      examples: ['jti'],
    }),
  per_login: yesOrNo.optional().meta({
    description:
      'With `true`, `auth_time` is part of the name of the session, so every new login is a new ' +
      'session. Tokens without `auth_time` are then refused. With `false`, a session that is over ' +
      "stays over until the provider's own session ends, however often its user signs in. " +
      'Required, unless `session_from` is given.',
    examples: [true],
  }),
  subject_claim: plainText.optional().meta({
    description:
      'Claim that names the subject: the person or client whose sessions administration finds, ' +
      'ends and locks together. Text of at most 256 characters, or a whole number. Its exact name ' +
      'is looked for first, then a path through nested claims. Default: none.',
    examples: ['sub'],
  }),
} satisfies ShapeOf<JwtEntry>);
