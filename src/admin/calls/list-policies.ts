import * as z from 'zod';
import type { PolicyVersion } from '../../policy/policy-version.ts';
import type { SourceRule } from '../../session/session-store.ts';
import { formatDuration } from '../../terms/duration.ts';
import type { EffectivePolicy } from '../../terms/effective-policy.ts';
import type { Source } from '../../terms/source.ts';
import { SOURCE_KINDS } from '../../terms/source-kind.ts';
import type { AdminDependencies } from '../admin-dependencies.ts';
import { adminCall } from './admin-call.ts';
import type { AdminCall } from './admin-call.ts';
import { durationSchema } from '../wire/answer-schema.ts';

const kinds = SOURCE_KINDS as [Source['place']['kind'], ...Source['place']['kind'][]];

const sourceSchema = z.object({
  source: z.string(),
  kind: z.enum(kinds),
  opening: z.enum(['first-use', 'registered']),
  kept: durationSchema('How long a session is kept after its credential was last presented.'),
  touch_interval: durationSchema('How old an activity is before a new one is written.'),
});

const policySchema = z.object({
  policy: z.string(),
  session: z.string().meta({ description: '`required`, `optional`, `login`, `off` …' }),
  mode: z.enum(['enforce', 'observe']),
  idle: durationSchema('The idle timeout, or `off`.'),
  absolute: durationSchema('The absolute timeout, or `off`.'),
  sources: z.array(z.string()).meta({ description: 'The sources that it admits.' }),
  on_expiry: z
    .record(z.string(), z.enum(['end', 'challenge']))
    .meta({ description: 'What a reached limit does, by source.' }),
});

const answerSchema = z
  .object({
    hash: z.string().meta({ description: 'The start of the SHA-256 of the policy file.' }),
    warnings: z.int().meta({ description: 'How many things `curfew check-config` warns about.' }),
    sources: z.array(sourceSchema),
    policies: z.array(policySchema).meta({ description: 'In the order of the file.' }),
  })
  .meta({ id: 'Policies' });

/** What is in use. */
export function listPolicies({ policies }: Pick<AdminDependencies, 'policies'>): AdminCall {
  return adminCall({
    name: 'list_policies',
    method: 'get',
    path: '/v1/policies',
    summary: 'Which sources and policies are in use',
    description: 'The version of the policy file that this replica uses now.',
    roles: ['viewer', 'operator'],
    answers: { 200: { description: 'The sources and policies.', schema: answerSchema } },
    problems: [],
    handle: () => ({ status: 200, body: bodyOf(policies()) }),
  });
}

function bodyOf({ policies, hash, warnings }: PolicyVersion): z.infer<typeof answerSchema> {
  return {
    hash,
    warnings: warnings.length,
    sources: policies.sources.map((source) =>
      sourceOf(source, policies.sourceRules.get(source.name)),
    ),
    policies: policies.policies.map(policyOf),
  };
}

function sourceOf({ name, place, opening }: Source, rule: SourceRule | undefined) {
  return {
    source: name,
    kind: place.kind,
    opening,
    kept: formatDuration(rule?.retentionMs ?? 0),
    touch_interval: formatDuration(rule?.touchIntervalMs ?? 0),
  };
}

function policyOf(policy: EffectivePolicy): z.infer<typeof policySchema> {
  const { name, session, mode, idleTimeoutMs, absoluteTimeoutMs, sources, onExpiry } = policy;
  return {
    policy: name,
    session,
    mode,
    idle: limitText(idleTimeoutMs),
    absolute: limitText(absoluteTimeoutMs),
    sources: [...sources],
    on_expiry: Object.fromEntries(onExpiry),
  };
}

function limitText(limitMs: number | undefined): string {
  return limitMs === undefined ? 'off' : formatDuration(limitMs);
}
