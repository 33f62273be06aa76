import { reachedLimit } from '../../src/session/reached-limit.ts';
import { touchLiveSession } from '../../src/session/touch-live-session.ts';
import { PRODUCT } from './mechanisms.ts';
import type { Mechanisms } from './mechanisms.ts';
import type { World } from './world.ts';
import { DEADLINES, ENDS, ENDS_OF_TWO, NAMES_FINELY, NAMES_OF_ONE, REPLIES } from './worlds.ts';

/** A mechanism that is taken out, and the promise that this breaks. */
export interface Mutation {
  readonly title: string;
  readonly world: World;
  readonly instead: Partial<Mechanisms>;
  readonly breaks: string;
  /** It takes too long for every test run. */
  readonly isLong?: boolean;
}

const FOR_EVER = 'ended is for ever';
const WRITTEN_AGAIN = 'an end that ran holds, once it was written again';
const ACKNOWLEDGED = 'an acknowledged end holds for every later check';
const DURABLE = 'a durable end survives any failover';
const ONE_SESSION = 'two names of a credential are never two sessions';

const { touch, open, claim, openUnder, end, sweep } = PRODUCT;

export const MUTATIONS: readonly Mutation[] = [
  {
    title: 'a limit that is reached only after its instant',
    world: DEADLINES,
    instead: { touch: touchWithin(1) },
    breaks: 'no allow at or past a deadline',
  },
  {
    title: 'a limit that is reached before its instant',
    world: DEADLINES,
    instead: { touch: touchWithin(-1) },
    breaks: 'a live session is not denied',
  },
  {
    title: 'a touch by a clock that was set back',
    world: DEADLINES,
    instead: {
      touch: (record, request, clockMs, wallClockMs) =>
        record?.kind === 'live' && reachedLimit(record, request.rule, clockMs) === undefined
          ? touchLiveSession(record, request, clockMs)
          : touch(record, request, clockMs, wallClockMs),
    },
    breaks: 'no allow at or past a deadline',
  },
  {
    title: 'a touch that keeps the last pause, not the longest',
    world: DEADLINES,
    instead: {
      touch: (record, request, clockMs, wallClockMs) => {
        const step = touch(record, request, clockMs, wallClockMs);
        if (record?.kind !== 'live' || step.record?.kind !== 'live') return step;
        const longestGapMs = step.record.lastActivityAtMs - record.lastActivityAtMs;
        return { ...step, record: { ...step.record, longestGapMs } };
      },
    },
    breaks: 'a touch moves nothing back',
  },
  {
    title: 'a touch by the clock of the replica that asks',
    world: DEADLINES,
    instead: {
      touch: (record, request, _clockMs, wallClockMs) =>
        touch(record, request, wallClockMs, wallClockMs),
    },
    breaks: 'the same store gives the same answer on every replica',
  },
  {
    title: 'a touch that opens what is unknown',
    world: DEADLINES,
    instead: {
      touch: (record, request, clockMs, wallClockMs) =>
        record === undefined
          ? open(record, { ...request, opening: 'first-use', startedAtMs: undefined }, clockMs)
          : touch(record, request, clockMs, wallClockMs),
    },
    breaks: 'unknown is not new, except by an opening',
  },
  {
    title: 'an expiry that leaves no tombstone',
    world: DEADLINES,
    instead: {
      touch: (record, request, clockMs, wallClockMs) => {
        const step = touch(record, request, clockMs, wallClockMs);
        const isEnd = record?.kind === 'live' && step.record?.kind === 'tombstone';
        return isEnd ? { ...step, record: undefined } : step;
      },
    },
    breaks: 'what was written stays',
  },
  {
    title: 'an opening that starts a live session again',
    world: DEADLINES,
    instead: {
      open: (record, request, clockMs) =>
        open(record?.kind === 'live' ? undefined : record, request, clockMs),
    },
    breaks: 'the start never moves',
  },
  {
    title: 'an opening that ignores the tombstone',
    world: DEADLINES,
    instead: {
      open: (record, request, clockMs) =>
        open(record?.kind === 'tombstone' ? undefined : record, request, clockMs),
    },
    breaks: FOR_EVER,
  },
  {
    title: 'an end that replaces an earlier one',
    world: ENDS,
    instead: {
      end: (record, request, clockMs) =>
        record?.kind === 'tombstone'
          ? end(undefined, { ...request, unknown: 'tombstone' }, clockMs)
          : end(record, request, clockMs),
    },
    breaks: 'the first end counts, with its time and reason',
  },
  {
    title: 'a sweeper that ends at the first limit instead of the last',
    world: DEADLINES,
    instead: {
      sweep: (record, key, limits, clockMs) =>
        sweep(
          record,
          key,
          limits.filter(({ policy }) => policy === 'strict'),
          clockMs,
        ),
    },
    breaks: 'only its limits and requests end a session',
  },
  {
    title: 'a claim that each caller settles for itself',
    world: NAMES_OF_ONE,
    instead: { claim: (_known, ...asked) => claim(undefined, ...asked) },
    breaks: ONE_SESSION,
  },
  {
    title: 'an opening that does not look at its claim again',
    world: NAMES_OF_ONE,
    instead: { openUnder: (kept, read) => kept ?? read },
    breaks: ONE_SESSION,
  },
  {
    title: 'an opening that does not renew its claim',
    world: NAMES_OF_ONE,
    instead: {
      openUnder: (kept, ...asked) => openUnder(kept, ...asked) && kept,
    },
    breaks: ONE_SESSION,
  },
  {
    title: 'an opening under a later claim of its name',
    world: NAMES_OF_ONE,
    instead: {
      openUnder: (kept, read, ...asked) =>
        openUnder(kept, { ...read, bornAtMs: kept?.bornAtMs ?? NaN }, ...asked),
    },
    breaks: ONE_SESSION,
  },
  {
    title: 'claims for two names, of which the last one counts',
    world: NAMES_OF_ONE,
    instead: { agree: () => true },
    breaks: ONE_SESSION,
  },
  {
    title: 'a claim that is used until its last moment',
    world: NAMES_FINELY,
    instead: {
      claim: (known, proposal, clockMs, times) =>
        claim(known, proposal, clockMs, { ...times, claimRestMinMs: 1 }),
    },
    breaks: ONE_SESSION,
    isLong: true,
  },
  {
    title: 'a reply that is used after the deadline of its check',
    world: REPLIES,
    instead: { isInTime: () => true },
    breaks: 'a late reply never becomes an allow',
  },
  {
    title: 'a reply without a nonce',
    world: REPLIES,
    instead: { answers: ({ command }, { question }) => command.do === question.do },
    breaks: 'a reply is used only for its question',
  },
  {
    title: 'a ledger that does not write again',
    world: ENDS,
    instead: { writesAgain: false },
    breaks: WRITTEN_AGAIN,
  },
  {
    title: 'a ledger that notes an end only when it is answered',
    world: ENDS,
    instead: { notesBefore: false },
    breaks: WRITTEN_AGAIN,
  },
  {
    title: 'an end written again that leaves no tombstone of a lost session',
    world: ENDS_OF_TWO,
    instead: { leavesTombstone: false },
    breaks: ACKNOWLEDGED,
  },
  {
    title: 'a durable end without a WAIT',
    world: ENDS,
    instead: { waits: false },
    breaks: DURABLE,
  },
  {
    title: 'a WAIT on another connection than that of the end',
    world: ENDS,
    instead: { confirmsWhatItWrote: false },
    breaks: DURABLE,
  },
  {
    title: 'a former primary that still answers',
    world: ENDS,
    instead: { formerRefuses: false },
    breaks: ACKNOWLEDGED,
  },
];

/** A touch under limits that are longer by this. */
function touchWithin(moreMs: number): Mechanisms['touch'] {
  return (record, request, clockMs, wallClockMs) => {
    const { idleTimeoutMs = Infinity, absoluteTimeoutMs = Infinity } = request.rule;
    const rule = {
      ...request.rule,
      idleTimeoutMs: idleTimeoutMs + moreMs,
      absoluteTimeoutMs: absoluteTimeoutMs + moreMs,
    };
    return touch(record, { ...request, rule }, clockMs, wallClockMs);
  };
}
