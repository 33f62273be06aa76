import { isDecided } from './judged-entry.ts';
import type { JudgedEntry, Mistake } from './judged-entry.ts';
import { SessionJudge } from './judge-session.ts';
import { RecordedTimes } from './recorded-times.ts';
import type { Entry, FaultWindow, Recording } from './recording.ts';

/** How long after a fault an answer may still be missing because of it. */
const RECOVERY_MAX_MS = 2_000;

const GIST_MAX = 100;

/** How often each mistake was made. */
export type Mistakes = Readonly<Record<Mistake, number>>;

/** What the oracle has found in a recording. */
export interface Judgement {
  readonly checks: number;
  readonly sessions: number;
  readonly allowed: number;
  readonly denied: number;
  /** Verdicts where the rule left only one possible. */
  readonly decided: number;
  readonly mistakes: Mistakes;
  /** All that could be judged. */
  readonly judged: readonly JudgedEntry[];
  /** Each mistake, with what was known. */
  readonly wrong: readonly JudgedEntry[];
  /** Checks after a mistake in the same session. */
  readonly givenUp: number;
  readonly noVerdict: {
    readonly total: number;
    /** Checks that could only be allowed, or only be denied. */
    readonly knownAllow: number;
    readonly knownDeny: number;
    /** Neither during a fault nor shortly after one. */
    readonly withoutFault: number;
    readonly why: ReadonlyMap<string, number>;
  };
  /** Ends by the administration and by `ends_session` that were confirmed. */
  readonly endsOnRequest: number;
}

/**
 * Judges a recording.
 *
 * @param reading `strict`: nothing that was acknowledged may be lost, whatever the fault
 */
export function judgeRecording(
  recording: Recording,
  reading: 'lenient' | 'strict' = 'lenient',
): Judgement {
  const times = new RecordedTimes(reading === 'strict' ? withoutLosses(recording) : recording);
  const sessions = Map.groupBy(recording.entries, ({ session }) => session);
  const judged = [...sessions.values()].flatMap((entries) =>
    new SessionJudge(times, entries).judge(),
  );
  const checks = recording.entries.filter(isCheck);
  const answers = checks.map(({ answer }) => answer.kind);
  const unanswered = judged.filter(({ entry }) => isCheck(entry) && entry.answer.kind === 'none');
  const wrong = judged.filter(({ mistake }) => mistake !== undefined);
  const none = checks.filter(({ answer }) => answer.kind === 'none');
  return {
    checks: checks.length,
    sessions: sessions.size,
    allowed: answers.filter((kind) => kind === 'allow').length,
    denied: answers.filter((kind) => kind === 'deny').length,
    decided: judged.filter(
      (each) => isCheck(each.entry) && each.entry.answer.kind !== 'none' && isDecided(each),
    ).length,
    mistakes: countMistakes(wrong),
    judged,
    wrong,
    givenUp: checks.length - judged.filter(({ entry }) => isCheck(entry)).length,
    noVerdict: {
      total: none.length,
      knownAllow: unanswered.filter((each) => isDecided(each) && each.mayAllow).length,
      knownDeny: unanswered.filter((each) => isDecided(each) && each.mayDeny).length,
      withoutFault: none.filter((entry) => !times.isNearFault(entry, RECOVERY_MAX_MS)).length,
      why: countWhy(none),
    },
    endsOnRequest: recording.entries.filter(
      ({ question, answer }) => question.kind !== 'check' && answer.kind !== 'none',
    ).length,
  };
}

function isCheck({ question }: Entry): boolean {
  return question.kind === 'check';
}

function withoutLosses(recording: Recording): Recording {
  const faults = recording.faults.map((fault) => {
    const kept: { -readonly [Name in keyof FaultWindow]: FaultWindow[Name] } = { ...fault };
    delete kept.mayLoseSinceMs;
    return kept;
  });
  return { ...recording, faults };
}

function countMistakes(wrong: readonly JudgedEntry[]): Mistakes {
  const count = (mistake: Mistake): number =>
    wrong.filter((each) => each.mistake === mistake).length;
  return {
    wrong_allow: count('wrong_allow'),
    wrong_deny: count('wrong_deny'),
    wrong_reason: count('wrong_reason'),
    changed_reason: count('changed_reason'),
    second_end: count('second_end'),
    moved_start: count('moved_start'),
  };
}

function countWhy(entries: readonly Entry[]): ReadonlyMap<string, number> {
  const why = new Map<string, number>();
  for (const { answer } of entries) {
    if (answer.kind !== 'none') continue;
    const words = gist(answer.why);
    why.set(words, (why.get(words) ?? 0) + 1);
  }
  return why;
}

/** The beginning, without numbers: otherwise each text would be one of its own. */
function gist(why: string): string {
  return why.replace(/\d+/g, 'N').slice(0, GIST_MAX);
}
