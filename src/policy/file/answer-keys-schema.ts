import * as z from 'zod';
import { FILE_LIMITS } from './file-limits.ts';
import type { AnswerKeys } from './policy-file.ts';
import { duration, text, yesOrNo } from './scalar-schema.ts';
import type { ShapeOf } from './schema-shape.ts';

const LIST_MAX = FILE_LIMITS.listMax;

const PORTLESS_HOST = text(
  /^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?\.?|\[[0-9A-Fa-f:.]+\])$/,
  'a host such as app.example.com\nwrite it without scheme, port, path and wildcard',
  255,
);

const ORIGIN = text(
  /^https?:\/\/(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?$/,
  'an origin such as https://shop.example.com\nwrite scheme, host and port only, without a final slash',
  300,
);

/** What Envoy and the client get. */
export const answerKeys: ShapeOf<AnswerKeys> = {
  stream_max: duration.optional().meta({
    description:
      'Longest time that any request may take, also a slow upload or download; for streams, their ' +
      'longest life. From 1ms to 10 years. Default: the idle timeout for streams, no limit for ' +
      'other requests.',
    examples: ['5m'],
  }),
  stream_cut: z
    .union([z.literal(['on', 'off']), z.boolean()], { error: 'expected on or off' })
    .optional()
    .meta({
      description:
        '`on` (default): Envoy is asked to end streams when their session reaches a limit. ' +
        '`off`: it is not, and `stream_max` may not be set. `true` and `false` are the same: tools ' +
        'for YAML 1.1 write them for `on` and `off`.',
      examples: ['off'],
    }),
  login_url: text(/^\S+$/, 'a URL')
    .optional()
    .meta({
      description:
        'Absolute http or https URL to which a browser is redirected when it is denied. The ' +
        'placeholders `{return_to}`, `{reason}` and `{max_age}` are filled in, but not in the ' +
        'host. If this proxy serves the page, an earlier policy must match it with ' +
        '`session: login`: otherwise the login page is denied, too. Default: no redirect, but a ' +
        'page that says why.',
      examples: ['https://login.example.com/?rd={return_to}&reason={reason}&max_age={max_age}'],
    }),
  return_hosts: z
    .array(PORTLESS_HOST)
    .min(1)
    .max(LIST_MAX)
    .optional()
    .meta({
      description:
        `Hosts, without port, for which \`{return_to}\` is an absolute URL; for any other host it ` +
        `is the path with its query. 1 to ${LIST_MAX} of them. Needs \`login_url\`. Default: none.`,
      examples: [['pay.example.com']],
    }),
  cors_origins: z
    .array(ORIGIN)
    .min(1)
    .max(LIST_MAX)
    .optional()
    .meta({
      description:
        'Origins whose scripts may read a denial (CORS); with `ends_session`, those whose pages ' +
        `may end a session. 1 to ${LIST_MAX} of them. Default: none.`,
      examples: [['https://shop.example.com']],
    }),
  expose_lifetime: yesOrNo.optional().meta({
    description:
      'With `true`, the response header `session-lifetime` says how much time the session has ' +
      'left, and the response is not cached. Default `false`.',
    examples: [true],
  }),
};
