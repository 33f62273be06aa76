import * as z from 'zod';
import { SOURCE_KINDS } from '../../terms/source-kind.ts';
import { cookieSchema } from './cookie-schema.ts';
import { CREDENTIAL_FORMATS } from '../../terms/source.ts';
import { jwtSchema } from './jwt-schema.ts';
import type { SourceEntry, SubjectEntry } from './policy-file.ts';
import { duration, durationOrZero, name, text, token, word, yesOrNo } from './scalar-schema.ts';
import type { ShapeOf } from './schema-shape.ts';

/** Cookies that are removed and cleared together with one. */
const COMPANIONS_MAX = 20;

const ONE_PLACE = 'Exactly one of `cookie`, `header`, `bearer` and `jwt` is required.';

const delimiter = text(/^[!-~]+$/, 'a delimiter of visible ASCII characters', 64);

const take = z
  .strictObject({
    after: delimiter.optional().meta({
      description:
        'The part begins after the first occurrence of this text, 1 to 64 visible characters.',
      examples: ['s:'],
    }),
    before: delimiter.optional().meta({
      description:
        'The part ends before the first occurrence of this text, 1 to 64 visible characters.',
      examples: ['.'],
    }),
  })
  .meta({ minProperties: 1 });

const subject: z.ZodType<SubjectEntry> = z.strictObject({
  header: token.meta({
    description:
      'Name of the request header. Its value is the subject, at most 256 characters. Required.',
    examples: ['x-auth-request-user'],
  }),
  trusted: yesOrNo.optional().meta({
    description:
      'Must be `true`. It states that the proxy sets this header on every request, or removes it, ' +
      'before it asks Curfew: otherwise a client could choose whose session it has. Required.',
    examples: [true],
  }),
} satisfies ShapeOf<SubjectEntry>);

/** One entry of `sources`. */
export const sourceSchema: z.ZodType<SourceEntry> = z
  .strictObject({
    name: name.meta({
      description:
        'Name of the source, up to 63 letters, digits, `.`, `_` and `-`; unique in the file. It ' +
        'is part of the session key, so renaming a source restarts all of its sessions. Required.',
      examples: ['web'],
    }),
    cookie: cookieSchema.optional().meta({
      description: `The credential is the value of this cookie. ${ONE_PLACE}`,
      examples: [{ name: 'sid', path: '/' }],
    }),
    header: token.optional().meta({
      description:
        'The credential is the value of this request header. Use `bearer` or `jwt` for ' +
        `\`authorization\`, and \`cookie\` for cookies. ${ONE_PLACE}`,
      examples: ['x-session-id'],
    }),
    bearer: z
      .strictObject({}, { error: 'expected {}' })
      .optional()
      .meta({
        description:
          'The credential is an opaque bearer token in the `authorization` header. Always ' +
          `written \`bearer: {}\`. ${ONE_PLACE}`,
        examples: [{}],
      }),
    jwt: jwtSchema.optional().meta({
      description: `The credential is a JSON Web Token. ${ONE_PLACE}`,
      examples: [
        {
          issuer: 'https://idp.example.com',
          audience: 'shop',
          jwks_uri: 'https://idp.example.com/keys',
          per_login: true,
        },
      ],
    }),
    opening: word('first-use', 'registered')
      .optional()
      .meta({
        description:
          'How a session starts: `first-use` when its credential is first seen, `registered` when ' +
          'the login service registers it. Required, except for `jwt`, where the default is ' +
          '`first-use`.',
        examples: ['first-use'],
      }),
    credential_lifetime: duration.optional().meta({
      description:
        'How long the login system may still accept a credential that it issued. Curfew remembers ' +
        'ended sessions for this long. At most 10 years, and not shorter than the timeouts of the ' +
        'policies that use this source. Required with `first-use`.',
      examples: ['30d'],
    }),
    format: word(...CREDENTIAL_FORMATS)
      .optional()
      .meta({
        description:
          'The only form of a credential that is accepted; its other spellings are malformed. ' +
          '`hex` and `uuid`: in upper or lower case, not mixed. `lower`: lower-case letters and ' +
          'digits. `base64` and `base64url`: with the right padding or none. `dotted`: parts in ' +
          '`base64url` with dots between them. `plain`: any. Default `plain`. Not for `jwt`.',
        examples: ['hex'],
      }),
    take: take.optional().meta({
      description:
        'Which part of the value identifies the session, for example the id within a signed ' +
        'cookie. Default: the whole value. Not for `jwt`.',
      examples: [{ after: 's:', before: '.' }],
    }),
    pieces: word('refuse', 'ignore')
      .optional()
      .meta({
        description:
          'What to do with cookies such as `NAME.0`, `NAME_1` or `NAME_chunks`, in which logins ' +
          'keep a large value. `refuse` (default): they are malformed, because applications join ' +
          'whatever a client sends. `ignore`: they are other cookies of the application. Only ' +
          'for cookies.',
        examples: ['ignore'],
      }),
    case: word('any', 'exact')
      .optional()
      .meta({
        description:
          'Whether a cookie whose name differs only by case is this one. `any` (default): it is, ' +
          'because Jetty and ASP.NET Core read it so. `exact`: it is another cookie. Only for ' +
          'cookies.',
        examples: ['exact'],
      }),
    clear_with: z
      .array(token, { error: 'expected a list of cookie names' })
      .min(1, 'an empty list names no cookie\nname at least one cookie, or remove the key')
      .max(COMPANIONS_MAX)
      .optional()
      .meta({
        description:
          'Cookies that are removed and cleared together with this one, such as a remember-me ' +
          `cookie or a signature beside it. At most ${COMPANIONS_MAX}. Only for cookies. Default: none.`,
        examples: [['remember-me', 'sid.sig']],
      }),
    path_parameter: token.optional().meta({
      description:
        'Name of a path parameter, as in `/page;jsessionid=VALUE`, that the application reads as ' +
        'this cookie. A path that has it is then an occurrence of the credential. Only for ' +
        'cookies. Default: none.',
      examples: ['jsessionid'],
    }),
    subject: subject.optional().meta({
      description:
        'Where a request names the subject: the person or client whose sessions administration ' +
        'finds, ends and locks together. The first subject that is named for a session stays. ' +
        'Not for `jwt`, which has `subject_claim`. Default: none.',
      examples: [{ header: 'x-auth-request-user', trusted: true }],
    }),
    touch_interval: durationOrZero.optional().meta({
      description:
        'Activity within this time of the last recorded activity is not recorded again. A session ' +
        'may end early by at most this much, never late. `0s` records every request. Default: a ' +
        'tenth of the shortest idle timeout of the policies that use this source, at most 60s. ' +
        'At most half of that idle timeout.',
      examples: ['10s'],
    }),
  } satisfies ShapeOf<SourceEntry>)
  .meta({ oneOf: SOURCE_KINDS.map((kind) => ({ required: [kind] })) });
