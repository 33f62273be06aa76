import * as z from 'zod';
import { answerKeys } from './answer-keys-schema.ts';
import { FILE_LIMITS } from './file-limits.ts';
import { limitKeys } from './limit-keys-schema.ts';
import { matchersSchema } from './matcher-schema.ts';
import type { PolicyEntry } from './policy-file.ts';
import { name, yesOrNo } from './scalar-schema.ts';
import type { ShapeOf } from './schema-shape.ts';

const { matchersMax, sourcesMax } = FILE_LIMITS;

/** One entry of `policies`. */
export const policySchema: z.ZodType<PolicyEntry> = z.strictObject({
  name: name.meta({
    description:
      'Name of the policy in logs, metrics and metadata, up to 63 letters, digits, `.`, `_` and ' +
      '`-`; unique in the file. Required.',
    examples: ['payments'],
  }),
  match: matchersSchema.optional().meta({
    description:
      `The requests that this policy is for: 1 to ${matchersMax} matchers, any of which may ` +
      'match. The first policy that matches is used. Only the last policy has no `match`; it ' +
      'catches the rest. Any other policy without `match` needs `by_name: true`, and only routes ' +
      'that name it use it.',
    examples: [[{ path: '/payments/**' }, { host: 'pay.example.com' }]],
  }),
  by_name: yesOrNo.optional().meta({
    description:
      'With `true`, an Envoy route may choose this policy, whatever `match` says, by setting ' +
      '`curfew-policy` in its `context_extensions` to the name of the policy. Default `false`.',
    examples: [true],
  }),
  session: z
    .union([z.literal(['required', 'optional', 'login', 'off']), z.literal(false)], {
      error: 'expected required, optional, login or off',
    })
    .optional()
    .meta({
      description:
        'Whether a request needs a live session. `required` (default): it is denied without one. ' +
        '`optional`: without one it is allowed as anonymous, its credential removed. `login`: for ' +
        'the pages and calls of a login, its callbacks included. It is always allowed, opens no ' +
        'session and is never activity; a credential that has ended is removed, so that the login ' +
        'makes a new one. `off`: it is always allowed and no session is read.',
      examples: ['optional'],
    }),
  ends_session: yesOrNo.optional().meta({
    description:
      'With `true`, a request ends the session of its credential (`signed_out`), so that a logout ' +
      'of the application is one here, too. The policy has no limits and no `session`: every ' +
      'request passes, with its credential unless the session had ended before. Only requests of ' +
      'the site itself, of `cors_origins`, and of clients that send neither `sec-fetch-site` nor ' +
      '`origin` end a session; prefetches and images never do. With `mode: observe` nothing ends. ' +
      'Default `false`.',
    examples: [true],
  }),
  sources: z
    .array(name, { error: 'expected a list of source names' })
    .min(1, 'an empty list accepts no credential\nname at least one source, or remove the key')
    .max(sourcesMax)
    .optional()
    .meta({
      description:
        'Names of the sources whose credentials this policy accepts. Credentials of all other ' +
        'sources are removed from the request, but see `leave`. Default: all sources that ' +
        '`leave` does not name.',
      examples: [['web']],
    }),
  leave: z
    .array(name, { error: 'expected a list of source names' })
    .min(1, 'an empty list leaves nothing\nname at least one source, or remove the key')
    .max(sourcesMax)
    .optional()
    .meta({
      description:
        'Names of sources that this policy does not accept and whose credentials stay on the ' +
        'request, unjudged, because they are meant for the application: for example an ' +
        '`authorization` header beside the session cookie. Default: none.',
      examples: [['api']],
    }),
  ...limitKeys,
  ...answerKeys,
} satisfies ShapeOf<PolicyEntry>);
