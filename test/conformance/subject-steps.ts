import * as fc from 'fast-check';
import type { RequestedEnd } from '../../src/session/session-record.ts';
import type { TouchRule } from '../../src/session/session-store.ts';
import { anyStep, rule, SESSIONS } from './twins.ts';
import type { Step } from './twins.ts';

export const SUBJECTS: readonly string[] = ['ada', 'bob'];

/** One step that is about whose a session is. */
export type SubjectStep =
  | {
      readonly do: 'enter';
      readonly session: string;
      readonly subject: string;
      readonly loginMinutesAgo: number | undefined;
    }
  | {
      readonly do: 'open as';
      readonly session: string;
      readonly subject: string | undefined;
      readonly isNamed: boolean;
      readonly ownIdleMinutes: number | undefined;
      readonly ownAbsoluteMinutes: number | undefined;
      readonly rule: Partial<TouchRule>;
    }
  | {
      readonly do: 'touch as';
      readonly session: string;
      readonly subject: string;
      readonly rule: Partial<TouchRule>;
    }
  | { readonly do: 'attach'; readonly session: string; readonly subject: string }
  | {
      readonly do: 'end as';
      readonly session: string;
      readonly subject: string | undefined;
      readonly by: RequestedEnd;
      readonly unknown: 'leave' | 'tombstone';
      readonly minutesAgo: number | undefined;
    }
  | {
      readonly do: 'begin';
      readonly subject: string;
      readonly by: RequestedEnd;
      readonly except: string | undefined;
      readonly enteredUntilMinutesAgo: number | undefined;
      readonly lockMinutes: number | 'forever' | undefined;
      readonly minutesAgo: number | undefined;
    }
  | { readonly do: 'finish'; readonly subject: string }
  | {
      readonly do: 'leave';
      readonly subject: string;
      readonly sessions: readonly string[];
    }
  | { readonly do: 'unlock'; readonly subject: string; readonly minutesAgo: number | undefined };

const session = fc.constantFrom(...SESSIONS);
const subject = fc.constantFrom(...SUBJECTS);
const by = fc.constantFrom<RequestedEnd>(
  'revoked',
  'signed_out',
  'subject_locked',
  'session_limit',
);
const sometimes = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const minutesAgo = sometimes(fc.integer({ min: -2, max: 90 }));
const ownMinutes = sometimes(fc.integer({ min: 1, max: 50 }));
/** A step of this kind, made of these parts. */
function step<Kind extends string, Parts>(
  kind: Kind,
  parts: { [Part in keyof Parts]: fc.Arbitrary<Parts[Part]> },
): fc.Arbitrary<{ readonly do: Kind } & Parts> {
  return fc.record(parts).map((made) => ({ do: kind, ...(made as Parts) }));
}

/**
 * Steps beside those of subjects. The sweepers finish ends and review indexes at a pace of their
 * own, which is not compared.
 */
export const anyStepButSweeps: fc.Arbitrary<Step> = anyStep.filter((one) => one.do !== 'sweep');

export const anySubjectStep: fc.Arbitrary<SubjectStep> = fc.oneof(
  {
    weight: 4,
    arbitrary: step('enter', { session, subject, loginMinutesAgo: minutesAgo }),
  },
  {
    weight: 4,
    arbitrary: step('open as', {
      session,
      subject: sometimes(subject),
      isNamed: fc.boolean(),
      ownIdleMinutes: ownMinutes,
      ownAbsoluteMinutes: ownMinutes,
      rule,
    }),
  },
  { weight: 4, arbitrary: step('touch as', { session, subject, rule }) },
  { weight: 2, arbitrary: step('attach', { session, subject }) },
  {
    weight: 3,
    arbitrary: step('end as', {
      session,
      subject: sometimes(subject),
      by,
      unknown: fc.constantFrom('leave' as const, 'tombstone' as const),
      minutesAgo,
    }),
  },
  {
    weight: 3,
    arbitrary: step('begin', {
      subject,
      by,
      except: sometimes(session),
      enteredUntilMinutesAgo: minutesAgo,
      lockMinutes: fc.oneof(
        fc.constant(undefined),
        fc.constant('forever' as const),
        fc.integer({ min: 1, max: 4_000 }),
      ),
      minutesAgo,
    }),
  },
  { weight: 3, arbitrary: step('finish', { subject }) },
  {
    weight: 1,
    arbitrary: step('leave', { subject, sessions: fc.uniqueArray(session, { maxLength: 3 }) }),
  },
  { weight: 2, arbitrary: step('unlock', { subject, minutesAgo }) },
);
