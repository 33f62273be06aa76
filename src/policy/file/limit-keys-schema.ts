import * as z from 'zod';
import { FILE_LIMITS } from './file-limits.ts';
import { passiveSchema } from './matcher-schema.ts';
import type { LimitKeys } from './policy-file.ts';
import { PRESETS } from './presets.ts';
import { durationOrOff, justification, stalenessDuration, word } from './scalar-schema.ts';
import type { ShapeOf } from './schema-shape.ts';

/** How long sessions last here, and what counts as activity. */
export const limitKeys: ShapeOf<LimitKeys> = {
  preset: z
    .enum([...PRESETS.keys()], {
      error: 'expected the name of a preset\n`curfew presets` lists them',
    })
    .optional()
    .meta({
      description:
        'Sets `idle` and `absolute` to the values of a standard; `curfew presets` lists them. An ' +
        'own `idle` or `absolute` replaces the value of the preset, and needs a `justification` ' +
        'if it is longer. Default: none.',
      examples: ['pci-dss-4'],
    }),
  idle: durationOrOff.optional().meta({
    description:
      'Idle timeout: a session without counted activity for this long is over. From 1ms to 10 ' +
      'years, at most `absolute`, or `off`. Default: the value of the preset, else off with a ' +
      'warning.',
    examples: ['15m'],
  }),
  absolute: durationOrOff.optional().meta({
    description:
      'Absolute timeout: a session is over this long after the login, whatever its user does. ' +
      'From 1ms to 10 years; `off` needs a `justification`. Required, unless a preset sets it or ' +
      'the policy says `session: off`, `session: login` or `ends_session: true`.',
    examples: ['12h'],
  }),
  justification: justification.optional().meta({
    description:
      'Why a limit is longer than that of the preset, why `absolute` is off, or why an absolute ' +
      'timeout holds for a source with `session_from`. Required in these three cases.',
    examples: ['Approved by the security board on 2026-05-04.'],
  }),
  mode: word('enforce', 'observe')
    .optional()
    .meta({
      description:
        '`enforce` (default), or `observe`: nothing is denied, ended or redirected; logs and ' +
        'metrics report what `enforce` would have done.',
      examples: ['observe'],
    }),
  on_expiry: word('end', 'challenge')
    .optional()
    .meta({
      description:
        'What happens when a session reaches a limit here. `end`: it ends everywhere. ' +
        '`challenge`: only this request is refused, the client is asked to log in again, and other ' +
        'policies may still accept the session. Default, for each source: `challenge` if the ' +
        'limits here are stricter than those of another enforcing policy that accepts the source ' +
        '(both at most as long, one shorter) and, for cookies and headers, some policy with ' +
        '`session: login` accepts it too; else `end`. `curfew check-config` says for each policy ' +
        'which holds and why, and `curfew explain` shows which holds for a request.',
      examples: ['challenge'],
    }),
  passive: passiveSchema.optional().meta({
    description:
      `Requests that are checked but do not count as activity, such as polling: 1 to ` +
      `${FILE_LIMITS.matchersMax} matchers, any of which may match. Default: none.`,
    examples: [[{ path: '/api/notifications' }]],
  }),
  streams: word('passive', 'active')
    .optional()
    .meta({
      description:
        'Whether upgrades, such as WebSockets, and event streams count as activity. `passive` ' +
        '(default): they do not, because clients reconnect them without their users. `active`: ' +
        'they do, for applications in which users work over one, such as terminals and notebooks.',
      examples: ['active'],
    }),
  max_staleness: stalenessDuration.optional().meta({
    description:
      'How long a replica may answer for a session itself, from the last reply of the store, ' +
      'instead of asking again: `0s` (each request asks) to 5s, default `1s`. Deadlines are exact ' +
      'whatever this says. It bounds only how long a replica may not know of an end on another ' +
      'one: a sign-out, an end by administration, another policy. Normally it hears of the end ' +
      'within milliseconds.',
    examples: ['0s'],
  }),
};
