import { endSession } from '../../src/session/end-session.ts';
import { loosestLimits } from '../../src/session/loosest-limits.ts';
import { openSession } from '../../src/session/open-session.ts';
import { endIfOver } from '../../src/session/over-session.ts';
import type { SessionRecord } from '../../src/session/session-record.ts';
import type { SessionStep } from '../../src/session/session-step.ts';
import type { OpenRequest, SourceRule, TouchRequest } from '../../src/session/session-store.ts';
import type { TouchOutcome } from '../../src/session/touch-outcome.ts';
import { touchSession } from '../../src/session/touch-session.ts';
import type { Reply, Work } from './state.ts';
import { CLAIM_KEPT_MS, DECISION_MS, SOURCE } from './world.ts';

type Claim = { readonly name: number; readonly atMs: number } | undefined;
type Found = SessionRecord | undefined;

/**
 * What keeps the promises. The rule is that of the product; the rest is said here again in one line
 * each, because in the product it lies between two answers of a server. A mutation replaces one.
 */
export interface Mechanisms {
  /** @param wallClockMs the clock of the replica of Curfew that asks, which decides nothing */
  touch(
    record: Found,
    request: TouchRequest,
    clockMs: number,
    wallClockMs: number,
  ): SessionStep<TouchOutcome>;
  open(record: Found, request: OpenRequest, clockMs: number): SessionStep<TouchOutcome>;
  end: typeof endSession;
  sweep(...args: Parameters<typeof endIfOver>): ReturnType<typeof endIfOver>;
  /** The first call decides, for as long as it is kept. */
  claim(known: Claim, proposal: number, clockMs: number): NonNullable<Claim>;
  /** The claim at its own name after an opening; `undefined`: it does not hold any more. */
  openUnder(claim: Claim, name: number, clockMs: number): Claim;
  isInTime(nowMs: number, askedAtMs: number): boolean;
  /** The nonce: whether this reply answers what was asked. */
  answers(work: Work, reply: Reply): boolean;
  /** A primary without its replica runs no script (`min-replicas-to-write`). */
  readonly formerRefuses: boolean;
  /** Calls are noted before they are sent, not when they are answered. */
  readonly notesBefore: boolean;
  readonly writesAgain: boolean;
  /** What is written again leaves a tombstone also where the whole session is lost. */
  readonly leavesTombstone: boolean;
  /** What was written on an earlier connection is written again before it is confirmed. */
  readonly confirmsWhatItWrote: boolean;
  /** `WAIT`: durable is what the replica has. */
  readonly waits: boolean;
}

export const PRODUCT: Mechanisms = {
  touch: (record, request, clockMs) => touchSession(record, request, clockMs),
  open: openSession,
  end: endSession,
  sweep: (record, key, limits, clockMs) => endIfOver(record, key, loosestLimits(limits), clockMs),
  claim: (known, proposal, clockMs) =>
    known !== undefined && isKept(known, clockMs) ? known : { name: proposal, atMs: clockMs },
  openUnder: (claim, name, clockMs) =>
    claim?.name === name && isKept(claim, clockMs) ? { name, atMs: clockMs } : undefined,
  isInTime: (nowMs, askedAtMs) => nowMs - askedAtMs <= DECISION_MS,
  answers: (work, { question }) => work.command === question,
  formerRefuses: true,
  notesBefore: true,
  writesAgain: true,
  leavesTombstone: true,
  confirmsWhatItWrote: true,
  waits: true,
};

/** Whether a claim still counts. */
function isKept(claim: NonNullable<Claim>, clockMs: number): boolean {
  return clockMs - claim.atMs < CLAIM_KEPT_MS;
}

/** The limits of the sweeper. */
export const OVER_LIMITS: SourceRule['overLimits'] = SOURCE.overLimits;
