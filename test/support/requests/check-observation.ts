import type { CheckObservation } from '../../../src/authz/check-observer.ts';
import type { SessionTag } from '../../../src/session/session-key.ts';
import type { TouchOutcome } from '../../../src/session/touch-outcome.ts';

const CLOCKS = { nowMs: 2_000, startedAtMs: 0, lastActivityAtMs: 1_000, longestGapMs: 0 };

/** What the store found, with defaults for the rest. */
export type OutcomeParts =
  | {
      readonly kind: 'live';
      readonly opened?: boolean;
      readonly activity?: 'moved' | 'skipped' | 'passive';
    }
  | {
      readonly kind: 'expired';
      readonly by: 'idle' | 'absolute';
      readonly effect: 'ended' | 'kept';
      readonly crossed?: boolean;
      readonly opened?: boolean;
    }
  | { readonly kind: 'unknown' };

/** The parts of a finished check that a test sets; the rest is an ordinary GET. */
export interface ObservationParts {
  readonly verdict: CheckObservation['verdict'];
  readonly reason: CheckObservation['reason'];
  readonly policy?: string | undefined;
  readonly mode?: CheckObservation['mode'];
  readonly source?: string;
  readonly tag?: string;
  readonly cause?: CheckObservation['cause'];
  readonly outcome?: OutcomeParts;
  readonly subjectFault?: CheckObservation['subjectFault'];
  readonly durationMs?: number;
  readonly fault?: Error;
  readonly method?: string;
  readonly host?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A finished check as the handler reports it. */
export function observation(parts: ObservationParts): CheckObservation {
  const { method = 'GET', host = 'app.example.com', path = '/', headers = {} } = parts;
  return {
    verdict: parts.verdict,
    reason: parts.reason,
    policy: 'policy' in parts ? parts.policy : 'default',
    mode: parts.mode ?? 'enforce',
    source: parts.source,
    tag: parts.tag as SessionTag | undefined,
    cause: parts.cause,
    outcome: parts.outcome && outcomeOf(parts.outcome),
    subjectFault: parts.subjectFault,
    durationMs: parts.durationMs ?? 1,
    fault: parts.fault,
    facts: {
      method,
      scheme: 'https',
      host,
      path,
      headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
      linesJoined: false,
      principal: '',
      context: new Map(),
      jwtMetadata: undefined,
      callBudgetMs: undefined,
    },
  };
}

function outcomeOf(parts: OutcomeParts): TouchOutcome {
  switch (parts.kind) {
    case 'live':
      return { activity: 'moved', opened: false, clocks: CLOCKS, ...parts };
    case 'expired':
      return { crossed: false, opened: false, clocks: CLOCKS, ...parts };
    case 'unknown':
      return { kind: 'unknown', nowMs: CLOCKS.nowMs };
    default:
      return parts satisfies never;
  }
}
