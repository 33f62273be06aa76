import type { SessionClocks } from '../../session/deadlines.ts';
import type { EndOutcome } from '../../session/end-request.ts';
import type { LoginOutcome } from '../../session/session-store.ts';
import { ENDED_BY, FLAGS, isSubjectOrNone, LIMITS, limitsOf, subjectOf } from './decode-reply.ts';
import { integerOf } from './read-reply.ts';
import type { ScriptReply } from './connection/script-call.ts';
import { unreadableReply } from './store-fault.ts';

export type EndWord = EndOutcome['kind'];
export const END_WORDS: readonly EndWord[] = ['ended', 'already', 'unknown'];
export type LoginWord = LoginOutcome['kind'];
export const LOGIN_WORDS: readonly LoginWord[] = ['unknown', 'live', 'ended', 'marked', 'over'];

/** Reads the reply of `end.lua`. @throws {StoreUnavailable} for anything that it does not answer */
export function decodeEnd({ word, words }: ScriptReply<EndWord>): EndOutcome {
  switch (word) {
    case 'unknown':
      return { kind: word };
    case 'already':
      return { kind: word, by: oneOf(ENDED_BY, words[0]), endedAtMs: integerOf(words[1]) };
    case 'ended': {
      const [endedAt, startedAt, subject = '', ...rest] = words;
      if (!isSubjectOrNone(subject)) throw unreadableReply();
      const startedAtMs = startedAt === '-' ? undefined : integerOf(startedAt);
      // The name of a source may contain spaces.
      const source = rest.join(' ');
      return {
        kind: word,
        endedAtMs: integerOf(endedAt),
        startedAtMs,
        source: source === '' ? undefined : source,
        subject: subjectOf(subject).subject,
        wasUnknown: startedAtMs === undefined,
      };
    }
    default:
      return word satisfies never;
  }
}

/** Reads the reply of `login.lua`. @throws {StoreUnavailable} for anything that it does not answer */
export function decodeLogin({ word, words }: ScriptReply<LoginWord>): LoginOutcome {
  switch (word) {
    case 'unknown':
    case 'marked':
      return { kind: word };
    case 'over':
      return { kind: word, by: oneOf(LIMITS, words[0]) };
    case 'ended': {
      const [by, endedAt, byThisVisit, , subject = ''] = words;
      if (!isSubjectOrNone(subject)) throw unreadableReply();
      return {
        kind: word,
        by: oneOf(ENDED_BY, by),
        endedAtMs: integerOf(endedAt),
        byThisVisit: oneOf(FLAGS, byThisVisit) === '1',
        ...subjectOf(subject),
      };
    }
    case 'live':
      return { kind: word, clocks: clocksOf(words) };
    default:
      return word satisfies never;
  }
}

/** Which of the limits of a visit has ended the session, from 0; `undefined`: none of them. */
export function decodeLimit({ word, words }: ScriptReply<LoginWord>): number | undefined {
  if (word !== 'ended' || words[3] === '-') return undefined;
  return integerOf(words[3]);
}

function clocksOf(words: readonly string[]): SessionClocks {
  const [now, startedAt, lastActivityAt, longestGap, idle, absolute] = words;
  const clocks = {
    nowMs: integerOf(now),
    startedAtMs: integerOf(startedAt),
    lastActivityAtMs: integerOf(lastActivityAt),
    longestGapMs: integerOf(longestGap),
  };
  const ownLimits = limitsOf(limitOf(idle), limitOf(absolute));
  return idle === '-' && absolute === '-' ? clocks : { ...clocks, ownLimits };
}

function limitOf(word: string | undefined): number | '-' {
  return word === '-' ? word : integerOf(word);
}

function oneOf<Choice extends string>(
  choices: readonly Choice[],
  word: string | undefined,
): Choice {
  const found = choices.find((choice) => choice === word);
  if (found === undefined) throw unreadableReply();
  return found;
}
