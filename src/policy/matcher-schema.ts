import * as z from 'zod';
import { FILE_LIMITS } from './file-limits.ts';
import type { MatcherEntry } from './policy-file.ts';
import { headerValue, method, plainText, text, token, yesOrNo } from './scalar-schema.ts';

const host = text(
  /^(?:(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?\.?|\[[0-9A-Fa-f:.]+\])$/,
  'a host such as pay.example.com, or *.example.com for all below it\nwithout scheme, port and path',
  255,
);

const path = text(
  /^\/[^\s?#]*$/,
  'a path that begins with "/", without query and spaces\n"*" is one whole segment, a final "**" everything below',
);

const header = z.strictObject({
  name: token.meta({ description: 'Name of a request header, in any case.' }),
  value: headerValue
    .optional()
    .meta({ description: 'Exact value; without it, presence is enough.' }),
  trusted: yesOrNo.optional().meta({
    description:
      'In `match` it must be true: a statement that the proxy, not the client, sets this header.',
  }),
});

const matcher: z.ZodType<MatcherEntry> = z
  .strictObject({
    host: host.optional().meta({
      description: 'Exact, or `*.suffix`. Compared in lower case, without port and trailing dot.',
    }),
    path: path.optional().meta({
      description:
        'Case-sensitive, without the query. `*` is one whole non-empty segment; `**` is zero or more and stands last.',
    }),
    methods: z
      .array(method, { error: 'expected a list of methods, such as [GET, HEAD]' })
      .min(1, 'an empty list matches nothing')
      .max(FILE_LIMITS.listMax)
      .optional()
      .meta({ description: 'Any of these methods.' }),
    header: header.optional().meta({ description: 'A header that is present, or has a value.' }),
    principal: plainText.optional().meta({
      description: "The peer's verified identity (mutual TLS), exactly.",
    }),
    context: z
      .record(plainText, plainText, { error: 'expected a map of texts' })
      .optional()
      .meta({ description: "Entries of the route's context_extensions; all must be equal." }),
  })
  .meta({ minProperties: 1, description: 'All fields of one matcher must hold.' });

/** A list of matchers, any of which may hold. */
export const matchersSchema: z.ZodType<readonly MatcherEntry[]> = z
  .array(matcher, { error: 'expected a list of matchers, such as [{ path: /login }]' })
  .min(1, 'an empty list matches nothing')
  .max(FILE_LIMITS.matchersMax, `has more than ${FILE_LIMITS.matchersMax} matchers`);
