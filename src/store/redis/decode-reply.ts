import type { SessionClocks } from '../../session/deadlines.ts';
import type { EndedBy } from '../../session/session-record.ts';
import type { SubjectKey } from '../../session/subject-key.ts';
import type { Timeouts } from '../../terms/timeouts.ts';
import type {
  EndedOutcome,
  ExpiredOutcome,
  LiveOutcome,
  TouchOutcome,
  UnknownOutcome,
} from '../../session/touch-outcome.ts';
import { isSubjectKey } from './store-keys.ts';
import type { ReplyWords } from './wire/reply-words.ts';

export type TouchWord = TouchOutcome['kind'];
/** The most frequent one first. */
export const TOUCH_WORDS: readonly TouchWord[] = ['live', 'unknown', 'expired', 'ended'];

// A table, so that the compiler asks for every word.
const ENDED_BY_WORDS = {
  idle: true,
  absolute: true,
  revoked: true,
  signed_out: true,
  subject_locked: true,
  session_limit: true,
} as const;
ENDED_BY_WORDS satisfies Readonly<Record<EndedBy, true>>;
/** Why a session may have ended. */
export const ENDED_BY = Object.keys(ENDED_BY_WORDS) as readonly EndedBy[];
const ACTIVITIES = ['skipped', 'moved', 'passive'] as const;
/** The limits that end a session. */
export const LIMITS = ['idle', 'absolute'] as const;
const EFFECTS = ['kept', 'ended'] as const;
/** No and yes. */
export const FLAGS = ['0', '1'] as const;
const WHOSE = ['same', 'none', 'other'] as const;
const NONE = ['-'] as const;

/**
 * Reads the reply of `touch.lua` and `open.lua` after its first word and the nonce. `undefined` for
 * anything that these scripts do not answer. It does not throw, because every check runs it.
 */
export function decodeTouch(word: TouchWord, words: ReplyWords): TouchOutcome | undefined {
  switch (word) {
    case 'live':
      return decodeLive(words);
    case 'expired':
      return decodeExpired(words);
    case 'ended':
      return decodeEnded(words);
    case 'unknown':
      return decodeUnknown(words);
    default:
      return word satisfies never;
  }
}

function decodeLive(words: ReplyWords): LiveOutcome | undefined {
  const clocks = decodeClocks(words);
  const activity = words.oneOf(ACTIVITIES);
  const opened = words.oneOf(FLAGS);
  if (clocks === undefined || activity === undefined || opened === undefined) return undefined;
  const live = { kind: 'live', clocks, activity, opened: opened === '1' } as const;
  return words.isEnd ? live : decodeWhose(words, live);
}

// Only if the request named a subject, or the session has limits of its own.
function decodeWhose(words: ReplyWords, live: LiveOutcome): LiveOutcome | undefined {
  const whose = words.oneOf(WHOSE);
  if (whose === undefined && words.oneOf(NONE) === undefined) return undefined;
  const clocks = withOwnLimits(live.clocks, words);
  if (clocks === undefined || !words.isEnd) return undefined;
  return { ...live, clocks, ...(whose !== undefined && { subject: whose }) };
}

function decodeExpired(words: ReplyWords): ExpiredOutcome | undefined {
  const found = decodeClocks(words);
  const by = words.oneOf(LIMITS);
  const effect = words.oneOf(EFFECTS);
  const crossed = words.oneOf(FLAGS);
  const opened = words.oneOf(FLAGS);
  const subject = words.word();
  const clocks = found && withOwnLimits(found, words);
  if (clocks === undefined || by === undefined || effect === undefined) return undefined;
  if (crossed === undefined || opened === undefined || !words.isEnd) return undefined;
  if (subject === undefined || !isSubjectOrNone(subject)) return undefined;
  return {
    kind: 'expired',
    by,
    clocks,
    effect,
    crossed: crossed === '1',
    opened: opened === '1',
    ...subjectOf(subject),
  };
}

/** Whether it is a word for a subject, or says that there is none. */
export function isSubjectOrNone(word: string): boolean {
  return word === '-' || isSubjectKey(word);
}

/** The subject that a word names, if any, as part of an outcome. */
export function subjectOf(word: string | undefined): { readonly subject?: SubjectKey } {
  return word !== undefined && isSubjectKey(word) ? { subject: word } : {};
}

// `undefined` for words that cannot be limits.
function withOwnLimits(clocks: SessionClocks, words: ReplyWords): SessionClocks | undefined {
  const idle = words.oneOf(NONE) ?? words.integer();
  const absolute = words.oneOf(NONE) ?? words.integer();
  if (Number.isNaN(idle) || Number.isNaN(absolute)) return undefined;
  return idle === '-' && absolute === '-'
    ? clocks
    : { ...clocks, ownLimits: limitsOf(idle, absolute) };
}

/** Own limits, `-` for one that the session does not have. */
export function limitsOf(idle: number | '-', absolute: number | '-'): Timeouts {
  return {
    idleTimeoutMs: idle === '-' ? undefined : idle,
    absoluteTimeoutMs: absolute === '-' ? undefined : absolute,
  };
}

function decodeEnded(words: ReplyWords): EndedOutcome | undefined {
  const nowMs = words.integer();
  const by = words.oneOf(ENDED_BY);
  const endedAtMs = words.integer();
  if (Number.isNaN(nowMs + endedAtMs) || by === undefined || !words.isEnd) return undefined;
  return { kind: 'ended', by, endedAtMs, nowMs };
}

function decodeUnknown(words: ReplyWords): UnknownOutcome | undefined {
  const nowMs = words.integer();
  return Number.isNaN(nowMs) || !words.isEnd ? undefined : { kind: 'unknown', nowMs };
}

function decodeClocks(words: ReplyWords): SessionClocks | undefined {
  const nowMs = words.integer();
  const startedAtMs = words.integer();
  const lastActivityAtMs = words.integer();
  const longestGapMs = words.integer();
  if (Number.isNaN(nowMs + startedAtMs + lastActivityAtMs + longestGapMs)) return undefined;
  return { nowMs, startedAtMs, lastActivityAtMs, longestGapMs };
}
