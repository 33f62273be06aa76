import { openableClaim } from '../../src/session/claim.ts';
import { endSession } from '../../src/session/end-session.ts';
import { loosestLimits } from '../../src/session/loosest-limits.ts';
import { openSession } from '../../src/session/open-session.ts';
import { endIfOver } from '../../src/session/over-session.ts';
import type { SessionRecord } from '../../src/session/session-record.ts';
import type { SessionStep } from '../../src/session/session-step.ts';
import type { OpenRequest, SourceRule, TouchRequest } from '../../src/session/session-store.ts';
import type { TouchOutcome } from '../../src/session/touch-outcome.ts';
import { touchSession } from '../../src/session/touch-session.ts';
import type { Claim, Reply, Work } from './state.ts';
import { keyAt, SOURCE } from './world.ts';
import type { Times } from './world.ts';

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
  /** The first call decides, for as long as it is kept. `undefined`: no call may use it any more. */
  claim(
    known: Claim | undefined,
    proposal: number,
    clockMs: number,
    times: Times,
  ): Claim | undefined;
  /** Whether a check may open the name that was settled last, by what it has read at each name. */
  agree(claims: readonly Claim[]): boolean;
  /** The claim at its own name after an opening; `undefined`: it does not hold any more. */
  openUnder(
    claim: Claim | undefined,
    read: Claim,
    clockMs: number,
    times: Times,
  ): Claim | undefined;
  isInTime(nowMs: number, askedAtMs: number, times: Times): boolean;
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
  claim: (known, proposal, clockMs, times) => {
    if (known === undefined || !isKept(known, clockMs, times)) {
      return { name: proposal, bornAtMs: clockMs, keptFromMs: clockMs };
    }
    return isKept(known, clockMs + times.claimRestMinMs - 1, times) ? known : undefined;
  },
  agree: (claims) =>
    openableClaim(
      new Map(claims.map(({ name }, at) => [keyAt(at), { name: keyAt(name), token: '' }])),
    ) !== undefined,
  openUnder: (claim, read, clockMs, times) =>
    claim?.name === read.name && claim.bornAtMs === read.bornAtMs && isKept(claim, clockMs, times)
      ? { ...claim, keptFromMs: clockMs }
      : undefined,
  isInTime: (nowMs, askedAtMs, { decisionMs }) => nowMs - askedAtMs <= decisionMs,
  answers: (work, { question }) => work.command === question,
  formerRefuses: true,
  notesBefore: true,
  writesAgain: true,
  leavesTombstone: true,
  confirmsWhatItWrote: true,
  waits: true,
};

/** Whether a claim still counts. */
function isKept(claim: Claim, clockMs: number, { claimKeptMs }: Times): boolean {
  return clockMs - claim.keptFromMs < claimKeptMs;
}

/** The limits of the sweeper. */
export const OVER_LIMITS: SourceRule['overLimits'] = SOURCE.overLimits;
