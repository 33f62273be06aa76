import type { SessionClocks } from '../session/deadlines.ts';
import type { EndedBy } from '../session/session-record.ts';
import { StoreUnavailable } from '../session/session-store.ts';
import type { EndOutcome } from '../session/session-store.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import type { ScriptReply } from './redis-connection.ts';

export type TouchWord = TouchOutcome['kind'];
export const TOUCH_WORDS: readonly TouchWord[] = ['live', 'expired', 'ended', 'unknown'];
export type EndWord = EndOutcome['kind'];
export const END_WORDS: readonly EndWord[] = ['ended', 'already', 'unknown'];

/**
 * The reply of `touch.lua` and `open.lua`. @throws {StoreUnavailable} for anything but exactly what they answer.
 */
export function decodeTouch({ word, words }: ScriptReply<TouchWord>): TouchOutcome {
  switch (word) {
    case 'unknown':
      return { kind: word, nowMs: integer(words[0]) };
    case 'ended':
      return {
        kind: word,
        by: oneOf(words[1], ENDED_BY),
        endedAtMs: integer(words[2]),
        nowMs: integer(words[0]),
      };
    case 'live':
      return {
        kind: word,
        clocks: clocks(words),
        activity: oneOf(words[4], ['moved', 'skipped', 'passive']),
        opened: flag(words[5]),
      };
    case 'expired':
      return {
        kind: word,
        by: oneOf(words[4], ['idle', 'absolute']),
        clocks: clocks(words),
        effect: oneOf(words[5], ['ended', 'kept']),
        crossed: flag(words[6]),
        opened: flag(words[7]),
      };
    default:
      return word satisfies never;
  }
}

/** The reply of `end.lua`. @throws {StoreUnavailable} for anything but exactly what it answers. */
export function decodeEnd({ word, words }: ScriptReply<EndWord>): EndOutcome {
  switch (word) {
    case 'unknown':
      return { kind: word };
    case 'already':
      return { kind: word, by: oneOf(words[0], ENDED_BY), endedAtMs: integer(words[1]) };
    case 'ended':
      return { kind: word, endedAtMs: integer(words[0]) };
    default:
      return word satisfies never;
  }
}

const ENDED_BY: readonly EndedBy[] = ['idle', 'absolute', 'revoked'];

/** A decimal integer of the store. */
export function integer(word: string | undefined): number {
  const number = word !== undefined && /^-?\d{1,16}$/.test(word) ? Number(word) : NaN;
  if (!Number.isSafeInteger(number)) throw unreadable();
  return number;
}

function oneOf<Choice extends string>(
  word: string | undefined,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === word);
  if (found === undefined) throw unreadable();
  return found;
}

function flag(word: string | undefined): boolean {
  return oneOf(word, ['0', '1']) === '1';
}

function clocks(words: readonly string[]): SessionClocks {
  return {
    nowMs: integer(words[0]),
    startedAtMs: integer(words[1]),
    lastActivityAtMs: integer(words[2]),
    longestGapMs: integer(words[3]),
  };
}

function unreadable(): StoreUnavailable {
  return new StoreUnavailable('refused', 'the store gave an unreadable reply');
}
