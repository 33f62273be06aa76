import type { EndOutcome, EndRequest } from '../../session/end-request.ts';
import type {
  LoginOutcome,
  LoginVisit,
  OpenRequest,
  TouchRequest,
} from '../../session/session-store.ts';
import type { TouchOutcome } from '../../session/touch-outcome.ts';
import type { WrittenEvent } from '../store-observer.ts';

/** Whether a touch or an opening has written an event. Every check asks this. */
export function hasWritten(outcome: TouchOutcome): boolean {
  return outcome.kind === 'live' ? outcome.opened : outcome.kind === 'expired';
}

/** The events that `touch.lua` or `open.lua` has written, by its reply. */
export function touchEvents(
  request: TouchRequest | OpenRequest,
  outcome: TouchOutcome,
): readonly WrittenEvent[] {
  if (outcome.kind !== 'live' && outcome.kind !== 'expired') return [];
  const { key, rule, source } = request;
  const session = { session: key, source: source.source, policy: rule.policy };
  const events: WrittenEvent[] = [];
  if (outcome.opened && 'opening' in request) {
    events.push({ kind: 'opened', by: request.opening, ...session, subject: request.subject });
  }
  if (outcome.kind === 'expired' && outcome.effect === 'ended') {
    events.push({ kind: 'ended', by: outcome.by, ...session, subject: outcome.subject });
  }
  return events;
}

/** The event that `end.lua` has written, by its reply. */
export function endEvents(
  { key, by, policy }: EndRequest,
  outcome: EndOutcome,
): readonly WrittenEvent[] {
  if (outcome.kind !== 'ended') return [];
  const { subject, source = '' } = outcome;
  return [{ kind: 'ended', by, session: key, source, policy, subject }];
}

/**
 * The event that `login.lua` has written, by its reply.
 * @param limit the number of the limits by which the session ended, from 0
 */
export function loginEvents(
  { key, source, endLimits }: LoginVisit,
  outcome: LoginOutcome,
  limit: number | undefined,
): readonly WrittenEvent[] {
  if (outcome.kind !== 'ended' || !outcome.byThisVisit) return [];
  const policy = limit === undefined ? undefined : endLimits[limit]?.policy;
  const { by, subject } = outcome;
  return [{ kind: 'ended', by, session: key, source: source.source, policy, subject }];
}
