import * as z from 'zod';
import { FILE_LIMITS } from './file-limits.ts';
import { matchersSchema } from './matcher-schema.ts';
import type { PolicyEntry, PolicyFile } from './policy-file.ts';
import { PRESETS } from './presets.ts';
import {
  duration,
  durationOrOff,
  headerValue,
  justification,
  name,
  text,
  token,
  word,
  yesOrNo,
} from './scalar-schema.ts';
import { sourceSchema } from './source-schema.ts';

const PORTLESS_HOST = text(
  /^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?\.?|\[[0-9A-Fa-f:.]+\])$/,
  'a host such as app.example.com\nwithout scheme, port, path and wildcard',
  255,
);

const ORIGIN = text(
  /^https?:\/\/(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?$/,
  'an origin such as https://shop.example.com\nscheme, host and port only, no final slash',
  300,
);

/** One entry of `policies`. */
export const policySchema: z.ZodType<PolicyEntry> = z.strictObject({
  name: name.meta({ description: 'Appears in logs, metrics and metadata.' }),
  match: matchersSchema.optional().meta({
    description:
      'Any of these. The last policy has none and catches the rest; another one without it needs `by_name` and is reached by name only.',
  }),
  by_name: yesOrNo.optional().meta({
    description: 'A route may name this policy: `curfew-policy` in its context_extensions.',
  }),
  session: z
    .union([z.literal(['required', 'optional', 'off']), z.literal(false)], {
      error: 'expected required, optional, off',
    })
    .optional()
    .meta({ description: 'Whether a live session is needed. Default required.' }),
  sources: z
    .array(name, { error: 'expected a list of source names' })
    .min(1, 'an empty list admits nobody')
    .max(FILE_LIMITS.sourcesMax)
    .optional()
    .meta({ description: 'Sources whose credentials count here. Default: all.' }),
  preset: z
    .enum([...PRESETS.keys()], {
      error: 'expected the name of a preset\n`curfew presets` lists them',
    })
    .optional()
    .meta({
      description:
        'Sets `idle` and `absolute` by a standard; looser own values need a `justification`.',
    }),
  idle: durationOrOff.optional().meta({
    description: 'No counted activity for this long ends the session.',
  }),
  absolute: durationOrOff.optional().meta({
    description: 'Age since login that ends the session. `off` needs a `justification`.',
  }),
  justification: justification.optional().meta({
    description: 'Why limits are looser than the preset, or `absolute` is off.',
  }),
  mode: word('enforce', 'observe').optional().meta({
    description:
      'observe ends, denies and redirects nothing and tells what would have been. Default enforce.',
  }),
  on_expiry: word('end', 'challenge').optional().meta({
    description:
      'A reached limit ends the session everywhere (default), or refuses this request only and asks for a fresh login.',
  }),
  passive: matchersSchema.optional().meta({
    description: 'Requests that are checked but are no activity, such as polling.',
  }),
  stream_max: duration.optional().meta({
    description:
      'Longest life of a stream, bounding other requests too. Default for streams: the idle timeout.',
  }),
  stream_cut: z
    .union([z.literal(['on', 'off']), z.boolean()], { error: 'expected on, off' })
    .optional()
    .meta({ description: 'off: Envoy is not told to cut streams. Default on.' }),
  login_url: text(/^\S+$/, 'a URL').optional().meta({
    description:
      'Where a browser is sent to log in. Placeholders: {return_to}, {reason}, {max_age}.',
  }),
  return_hosts: z.array(PORTLESS_HOST).min(1).max(FILE_LIMITS.listMax).optional().meta({
    description: 'Hosts that an absolute {return_to} may name.',
  }),
  cors_origins: z.array(ORIGIN).min(1).max(FILE_LIMITS.listMax).optional().meta({
    description: 'Origins whose scripts may read a denial.',
  }),
  expose_lifetime: yesOrNo.optional().meta({
    description: 'Tell the client, too, what is left (`session-lifetime`). Default false.',
  }),
});

/** Everything but the entries of the two lists, which are checked one by one when something is wrong. */
export const policyFileSchema: z.ZodType<PolicyFile> = z
  .strictObject({
    version: z.literal(1, { error: 'expected 1' }).meta({ description: 'Version of this format.' }),
    sources: z
      .array(sourceSchema, { error: 'expected a list of sources' })
      .max(FILE_LIMITS.sourcesMax, `has more than ${FILE_LIMITS.sourcesMax} sources`)
      .meta({ description: 'Places where a credential is found.' }),
    policies: z
      .array(policySchema, { error: 'expected a list of policies' })
      .min(1, 'needs at least one policy, which catches everything')
      .max(FILE_LIMITS.policiesMax, `has more than ${FILE_LIMITS.policiesMax} policies`)
      .meta({ description: 'First match wins; the last one has no `match` and catches the rest.' }),
    ambiguous_paths: word('strictest', 'literal').optional().meta({
      description:
        'A path that two honest parsers could read differently is judged by all policies together (default). literal is for upstreams that decode nothing.',
    }),
    openings: z
      .strictObject({
        per_second: count(1_000_000).optional().meta({ description: 'Default 100.' }),
        burst: count(1_000_000).optional().meta({ description: 'Default 1000.' }),
      })
      .optional()
      .meta({ description: 'How many sessions this replica opens on first use.' }),
    stream_cut_header: token.optional().meta({
      description:
        'Request header with which Envoy is told to cut a stream. Default x-envoy-upstream-stream-duration-ms.',
    }),
    realm: headerValue
      .optional()
      .meta({ description: 'Realm in www-authenticate. Default curfew.' }),
  })
  .meta({ title: 'Curfew policy file' });

function count(max: number): z.ZodType<number> {
  const error = `expected a whole number from 1 to ${max}`;
  return z.int({ error }).min(1, { error }).max(max, { error });
}
