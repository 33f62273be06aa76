import * as z from 'zod';
import { FILE_LIMITS } from './file-limits.ts';
import type { PolicyFile } from './policy-file.ts';
import { policySchema } from './policy-schema.ts';
import { headerValue, token, word } from './scalar-schema.ts';
import type { ShapeOf } from './schema-shape.ts';
import { sourceSchema } from './source-schema.ts';

const { policiesMax, sourcesMax } = FILE_LIMITS;
const OPENINGS_MAX = 1_000_000;

const openings = z.strictObject({
  per_second: count(OPENINGS_MAX)
    .optional()
    .meta({
      description: `Sessions a second, on average, as a whole number from 1 to ${OPENINGS_MAX}. Default 100.`,
      examples: [50],
    }),
  burst: count(OPENINGS_MAX)
    .optional()
    .meta({
      description:
        'Sessions that may open at once after a quiet time, as a whole number from 1 to ' +
        `${OPENINGS_MAX}. Default 1000.`,
      examples: [500],
    }),
});

/** The whole file. */
export const policyFileSchema: z.ZodType<PolicyFile> = z
  .strictObject({
    version: z
      .literal(1, { error: 'expected 1' })
      .meta({ description: 'Version of this format. Always 1. Required.', examples: [1] }),
    sources: z
      .array(sourceSchema, { error: 'expected a list of sources' })
      .max(sourcesMax, `has more than ${sourcesMax} sources`)
      .meta({
        description:
          `The places where a credential is found, at most ${sourcesMax}. Required; may be ` +
          'empty only if every policy says `session: off`.',
        examples: [
          [{ name: 'web', cookie: 'sid', opening: 'first-use', credential_lifetime: '30d' }],
        ],
      }),
    policies: z
      .array(policySchema, { error: 'expected a list of policies' })
      .min(1, 'is empty\nadd a policy without `match`, which is used for every request')
      .max(policiesMax, `has more than ${policiesMax} policies`)
      .meta({
        description:
          `The timeouts, 1 to ${policiesMax} policies. The first one that matches a request is ` +
          'used; the last one has no `match` and catches the rest. Required.',
        examples: [[{ name: 'default', idle: '30m', absolute: '12h' }]],
      }),
    ambiguous_paths: word('strictest', 'literal')
      .optional()
      .meta({
        description:
          'What to do with a path that servers could read in different ways. `strictest` (default): ' +
          'the policies of all its readings are used together. `literal`: the path is taken as ' +
          'sent, for applications that decode nothing.',
        examples: ['literal'],
      }),
    host_ports: word('ignored')
      .optional()
      .meta({
        description:
          '`ignored` states that the proxy strips ports and final dots from hosts, or ignores them ' +
          'when it chooses a route, as Envoy does with `strip_any_host_port` and ' +
          '`strip_trailing_host_dot`. Without it, a host with a port or a final dot is doubtful if ' +
          'the host as it was sent could select another policy. Default: not stated.',
        examples: ['ignored'],
      }),
    subject_names: word('hashed', 'clear')
      .optional()
      .meta({
        description:
          'How the store keeps subjects. `hashed` (default): only their keyed hashes, by which ' +
          'they can be looked up. `clear`: also their names, which administration then shows.',
        examples: ['clear'],
      }),
    on_store_loss: word('continue', 'fence')
      .optional()
      .meta({
        description:
          'What to do when Redis has lost data, so that an unknown credential may be one whose ' +
          'session had ended. `continue` (default): it opens a session as always. `fence`: an unknown ' +
          'cookie, header value or bearer token of a `first-use` source gets no verdict until ' +
          '`curfew store accept-loss`. With `fence`, a new installation needs `curfew store init`. ' +
          'Without effect with `memory:`.',
        examples: ['fence'],
      }),
    openings: openings.optional().meta({
      description:
        'How many sessions each replica of Curfew opens on first use, so that made-up credentials ' +
        'cannot fill the store. Default: 100 a second, 1000 at once.',
      examples: [{ per_second: 50, burst: 500 }],
    }),
    stream_cut_header: token.optional().meta({
      description:
        'Request header by which Envoy learns when to end a stream. Default ' +
        '`x-envoy-upstream-stream-duration-ms`. At most 128 characters.',
      examples: ['x-stream-limit-ms'],
    }),
    realm: headerValue.optional().meta({
      description:
        'The `realm` in `www-authenticate` on a denial: visible ASCII characters and inner ' +
        'spaces. Default `curfew`.',
      examples: ['shop'],
    }),
  } satisfies ShapeOf<PolicyFile>)
  .meta({ title: 'Curfew policy file' });

function count(max: number): z.ZodType<number> {
  const error = `expected a whole number from 1 to ${max}`;
  return z.int({ error }).min(1, { error }).max(max, { error });
}
