import type { Dice } from './drive/dice.ts';
import type { Entry, Recording } from './oracle/recording.ts';

/** Turns one verdict of a recording into the other one, for each of these entries. */
export function flipped(recording: Recording, which: ReadonlySet<Entry>): Recording {
  const entries = recording.entries.map((entry) => (which.has(entry) ? flip(entry) : entry));
  return { ...recording, entries };
}

/** One of these entries of each session, by chance, for at most so many sessions. */
export function oneOfEachSession(
  entries: readonly Entry[],
  dice: Dice,
  sessionsMax: number,
): ReadonlySet<Entry> {
  const sessions = [...Map.groupBy(entries, ({ session }) => session).values()];
  return new Set(sessions.slice(0, sessionsMax).map((all) => dice.anyOf(all)));
}

function flip(entry: Entry): Entry {
  const { answer } = entry;
  if (answer.kind === 'allow')
    return { ...entry, answer: { kind: 'deny', reason: 'idle_timeout' } };
  if (answer.kind === 'deny') return { ...entry, answer: { kind: 'allow', reason: 'ok' } };
  return entry;
}
