import * as z from 'zod';
import type { CookieEntry } from './policy-file.ts';
import { text, token, word, yesOrNo } from './scalar-schema.ts';
import type { ShapeOf } from './schema-shape.ts';

/** A cookie: its name alone, or with the attributes that are needed to clear it. */
export const cookieSchema: z.ZodType<string | CookieEntry> = z.union(
  [
    token,
    z.strictObject({
      name: token.meta({
        description: 'Name of the cookie, at most 128 characters. Case matters, but see `case`.',
        examples: ['sid'],
      }),
      path: text(/^\/[!-:<-~]*$/, 'a cookie path that begins with "/"')
        .optional()
        .meta({
          description:
            'The `Path` attribute that the application sets. Needed to clear the cookie when the ' +
            'session has ended. Default `/`.',
          examples: ['/app'],
        }),
      domain: text(/^\.?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/, 'a domain', 255)
        .optional()
        .meta({
          description:
            'The `Domain` attribute that the application sets. Needed to clear the cookie when ' +
            'the session has ended. Leave it out if the application sets none, which is the ' +
            'default.',
          examples: ['example.com'],
        }),
      same_site: word('lax', 'strict', 'none')
        .optional()
        .meta({
          description:
            'The `SameSite` attribute that the application sets. Needed to clear the cookie within ' +
            'a frame of another site. Default `lax`.',
          examples: ['none'],
        }),
      partitioned: yesOrNo.optional().meta({
        description:
          'Whether the application sets the `Partitioned` attribute: a browser then keeps one ' +
          'cookie for each site around the page, and clears only that. Default `false`.',
        examples: [true],
      }),
    } satisfies ShapeOf<CookieEntry>),
  ],
  { error: 'expected a cookie name, or { name, path, domain, same_site, partitioned }' },
);
