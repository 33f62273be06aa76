import type { SessionClocks } from '../session/deadlines.ts';
import type { EndedBy } from '../session/session-record.ts';
import type { EndOutcome } from '../session/session-store.ts';
import type {
  EndedOutcome,
  ExpiredOutcome,
  LiveOutcome,
  TouchOutcome,
  UnknownOutcome,
} from '../session/touch-outcome.ts';
import type { ReplyWords } from './reply-words.ts';
import type { ScriptReply } from './script-call.ts';
import { unreadableReply } from './store-fault.ts';

export type TouchWord = TouchOutcome['kind'];
/** The likely one first. */
export const TOUCH_WORDS: readonly TouchWord[] = ['live', 'unknown', 'expired', 'ended'];
export type EndWord = EndOutcome['kind'];
export const END_WORDS: readonly EndWord[] = ['ended', 'already', 'unknown'];

const ENDED_BY: readonly EndedBy[] = ['idle', 'absolute', 'revoked'];
const ACTIVITIES = ['skipped', 'moved', 'passive'] as const;
const LIMITS = ['idle', 'absolute'] as const;
const EFFECTS = ['kept', 'ended'] as const;
const FLAGS = ['0', '1'] as const;

/**
 * The reply of `touch.lua` and `open.lua` behind its first word and the nonce; `undefined` for anything but exactly
 * what they answer. Nothing is thrown, because every check comes along here.
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
  if (clocks === undefined || activity === undefined || opened === undefined || !words.isEnd) {
    return undefined;
  }
  return { kind: 'live', clocks, activity, opened: opened === '1' };
}

function decodeExpired(words: ReplyWords): ExpiredOutcome | undefined {
  const clocks = decodeClocks(words);
  const by = words.oneOf(LIMITS);
  const effect = words.oneOf(EFFECTS);
  const crossed = words.oneOf(FLAGS);
  const opened = words.oneOf(FLAGS);
  if (clocks === undefined || by === undefined || effect === undefined) return undefined;
  if (crossed === undefined || opened === undefined || !words.isEnd) return undefined;
  return {
    kind: 'expired',
    by,
    clocks,
    effect,
    crossed: crossed === '1',
    opened: opened === '1',
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

/** The reply of `end.lua`. @throws {StoreUnavailable} for anything but exactly what it answers. */
export function decodeEnd({ word, words }: ScriptReply<EndWord>): EndOutcome {
  switch (word) {
    case 'unknown':
      return { kind: word };
    case 'already':
      return { kind: word, by: endedBy(words[0]), endedAtMs: integer(words[1]) };
    case 'ended':
      return { kind: word, endedAtMs: integer(words[0]) };
    default:
      return word satisfies never;
  }
}

/** A decimal integer of the store. */
export function integer(word: string | undefined): number {
  const number = word !== undefined && /^-?\d{1,16}$/.test(word) ? Number(word) : NaN;
  if (!Number.isSafeInteger(number)) throw unreadableReply();
  return number;
}

function endedBy(word: string | undefined): EndedBy {
  const found = ENDED_BY.find((by) => by === word);
  if (found === undefined) throw unreadableReply();
  return found;
}
