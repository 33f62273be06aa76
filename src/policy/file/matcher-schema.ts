import * as z from 'zod';
import { FILE_LIMITS } from './file-limits.ts';
import type {
  HeaderMatchEntry,
  MatcherEntry,
  PassiveEntry,
  QueryMatchEntry,
} from './policy-file.ts';
import { headerValue, method, plainText, text, token, yesOrNo } from './scalar-schema.ts';
import type { ShapeOf } from './schema-shape.ts';

const host = text(
  /^(?:(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?\.?|\[[0-9A-Fa-f:.]+\])$/,
  'a host such as pay.example.com, or *.example.com for all hosts below it\n' +
    'write it without scheme, port and path',
  255,
);

const path = text(
  /^\/[^\s?#]*$/,
  'a path that begins with "/", without query and spaces\n' +
    '"*" is one whole segment, a final "**" is everything below',
);

const header = z.strictObject({
  name: token.meta({
    description: 'Name of a request header; case does not matter. At most 128 characters.',
    examples: ['x-client-kind'],
  }),
  value: headerValue.optional().meta({
    description:
      'The value that the header must have, exactly. Without it, the header only has to be present.',
    examples: ['kiosk'],
  }),
  trusted: yesOrNo.optional().meta({
    description:
      'Must be `true` in `match`, not needed in `passive`. It states that the proxy, not the ' +
      'client, sets this header on every request: otherwise a client could choose its policy. ' +
      'Default `false`.',
    examples: [true],
  }),
} satisfies ShapeOf<HeaderMatchEntry>);

const headers = z
  .array(header)
  .min(1, 'an empty list matches every request\nname at least one header')
  .max(FILE_LIMITS.listMax);

const oneOrMoreHeaders = z.union([header, headers], {
  error: 'expected a header such as { name: x-client-kind }, or a list of them',
});

const fields = {
  host: host.optional().meta({
    description:
      'Host of the request: exact, or `*.suffix` for all hosts below it. Compared in lower ' +
      'case, without port and trailing dot. At most 255 characters.',
    examples: ['pay.example.com'],
  }),
  path: path.optional().meta({
    description:
      'Path of the request without the query, case-sensitive, beginning with `/`. `*` is one ' +
      'whole non-empty segment; `**`, at the end only, is zero or more segments. So `/a/**` ' +
      'matches `/a`, `/a/` and everything below. A final slash is ignored: `/a` and `/a/` are ' +
      'one path (unless `ambiguous_paths: literal`). At most 2048 characters.',
    examples: ['/payments/**'],
  }),
  methods: z
    .array(method, { error: 'expected a list of methods, such as [GET, HEAD]' })
    .min(1, 'an empty list matches nothing\nname at least one method')
    .max(FILE_LIMITS.listMax)
    .optional()
    .meta({
      description:
        'HTTP methods in upper case; the request must have one of them. `GET` includes `HEAD`. ' +
        `1 to ${FILE_LIMITS.listMax} of them.`,
      examples: [['GET', 'HEAD']],
    }),
  header: oneOrMoreHeaders.optional().meta({
    description:
      'A request header that must be present, or have a value; or a list of such headers, all ' +
      `of which must match, at most ${FILE_LIMITS.listMax}. In \`match\` each needs \`trusted: true\`.`,
    examples: [{ name: 'x-client-kind', value: 'kiosk', trusted: true }],
  }),
  principal: plainText.optional().meta({
    description:
      "The peer's identity as verified by mutual TLS (Envoy's `source.principal`), exactly.",
    examples: ['spiffe://example.com/ns/shop/sa/frontend'],
  }),
  context: z
    .record(plainText, plainText, { error: 'expected a map of texts' })
    .optional()
    .meta({
      description:
        "Entries that Envoy's route must have in its `context_extensions`, all of them, with " +
        'exactly these values. The key `curfew-policy` is reserved: see `by_name`.',
      examples: [{ tier: 'gold' }],
    }),
} satisfies ShapeOf<MatcherEntry>;

const query = z.strictObject({
  name: plainText.meta({
    description: 'Name of a parameter of the query, decoded.',
    examples: ['refresh'],
  }),
  value: plainText.optional().meta({
    description:
      'The value that it must have, decoded, exactly. Without it, the parameter only has to be ' +
      'present.',
    examples: ['auto'],
  }),
} satisfies ShapeOf<QueryMatchEntry>);

const passiveFields = {
  ...fields,
  query: query.optional().meta({
    description: 'A parameter that the query must have. Only in `passive`.',
    examples: [{ name: 'refresh', value: 'auto' }],
  }),
  automatic: z
    .literal(true, { error: 'expected true' })
    .optional()
    .meta({
      description:
        'A page that reloads itself: a navigation without a user gesture, from a browser that ' +
        'reports gestures (`sec-fetch-user`). Only in `passive`. Other browsers, and pages behind ' +
        'a service worker, stay active.',
      examples: [true],
    }),
} satisfies ShapeOf<PassiveEntry>;

const ALL_MUST_MATCH = 'One matcher. All of its fields must match.';
/** One matcher of `match`. */
export const matcherSchema: z.ZodType<MatcherEntry> = z
  .strictObject(fields)
  .meta({ minProperties: 1, description: ALL_MUST_MATCH });

/** One matcher of `passive`. */
export const passiveMatcherSchema: z.ZodType<PassiveEntry> = z
  .strictObject(passiveFields)
  .meta({ minProperties: 1, description: ALL_MUST_MATCH });

/** The matchers of `match`. The list matches when any of them does. */
export const matchersSchema: z.ZodType<readonly MatcherEntry[]> = listOf(matcherSchema);

/** The matchers of `passive`. */
export const passiveSchema: z.ZodType<readonly PassiveEntry[]> = listOf(passiveMatcherSchema);

function listOf<Entry>(one: z.ZodType<Entry>): z.ZodType<readonly Entry[]> {
  return z
    .array(one, { error: 'expected a list of matchers, such as [{ path: /login }]' })
    .min(1, 'an empty list matches nothing\nadd a matcher, such as { path: /login }')
    .max(FILE_LIMITS.matchersMax, `has more than ${FILE_LIMITS.matchersMax} matchers`);
}
