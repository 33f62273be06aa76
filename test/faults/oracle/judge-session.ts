import { isAnswered, mistakeOf } from './judged-entry.ts';
import type { JudgedEntry, Mistake } from './judged-entry.ts';
import { groupsAtOnce, inOrder, ordersOf } from './orders.ts';
import { possibleOutcomes } from './possible-outcomes.ts';
import type { Outcome } from './possible-outcomes.ts';
import type { Entry } from './recording.ts';
import type { RecordedTimes, TimedEntry } from './recorded-times.ts';
import { SessionHistory } from './session-history.ts';
import { eitherOf, oneOf } from './session-state.ts';
import type { SessionState } from './session-state.ts';
import { withStart } from './started-at.ts';
import { maybeSwept } from './sweep.ts';

/** One order of a group of questions, as far as its answers are possible. */
interface Walk {
  readonly judged: readonly JudgedEntry[];
  readonly history: SessionHistory;
  readonly isPossible: boolean;
}

/**
 * Judges all that was asked about one session. It knows only what the askers know: when each sent
 * its question and when it had the answer. What was answered is taken for true, as long as it is
 * possible; after a mistake the session is given up, because nothing certain is known of it.
 */
export class SessionJudge {
  readonly #times: RecordedTimes;
  readonly #groups: readonly (readonly TimedEntry[])[];
  readonly #unanswered: readonly TimedEntry[];
  /** Confirmed ends on request. Curfew makes them again where their writes may be lost. */
  readonly #ends: readonly TimedEntry[];
  #history = new SessionHistory();
  /** What happened before this instant is in the history. */
  #settledAtMs = -Infinity;

  constructor(times: RecordedTimes, entries: readonly Entry[]) {
    this.#times = times;
    const timed = entries.map((entry) => times.of(entry));
    this.#groups = groupsAtOnce(timed.filter(({ entry }) => entry.answer.kind !== 'none'));
    this.#unanswered = inOrder(timed.filter(({ entry }) => entry.answer.kind === 'none'));
    this.#ends = timed.filter(
      ({ entry }) => entry.answer.kind !== 'none' && entry.question.kind !== 'check',
    );
  }

  /** Everything that could be judged, up to the first mistake. */
  judge(): readonly JudgedEntry[] {
    const judged: JudgedEntry[] = [];
    const unanswered = [...this.#unanswered];
    for (const group of this.#groups) {
      const sentAtMs = group[0]?.entry.sentAtMs ?? 0;
      while (unanswered[0] !== undefined && unanswered[0].entry.sentAtMs < sentAtMs) {
        judged.push(this.#withoutVerdict(unanswered.shift() as TimedEntry));
      }
      judged.push(...this.#group(group));
      if (judged.at(-1)?.mistake !== undefined) return judged;
    }
    return [...judged, ...unanswered.map((timed) => this.#withoutVerdict(timed))];
  }

  #withoutVerdict(timed: TimedEntry): JudgedEntry {
    const known = this.#before(this.#history, timed);
    const outcomes = possibleOutcomes(known, timed, timed.at);
    return { ...knowledge(outcomes), entry: timed.entry, known, mistake: undefined };
  }

  #group(group: readonly TimedEntry[]): readonly JudgedEntry[] {
    const walks = ordersOf(group).map((order) => this.#walk(order));
    const possible = walks.filter(({ isPossible }) => isPossible);
    const longest = walks.toSorted((one, other) => other.judged.length - one.judged.length)[0];
    if (possible.length === 0) return longest?.judged ?? [];
    const untilMs = Math.max(...group.map(({ at }) => at.hi));
    const between = possible.flatMap(({ judged }) => judged.map(({ known }) => known));
    this.#history = this.#history
      .goesOn(oneOf(between), untilMs)
      .goesOn(oneOf(possible.map(({ history }) => history.now)), untilMs);
    this.#settledAtMs = Math.min(...group.map(({ at }) => at.lo));
    return group.map(({ entry }) => {
      const all = walks.flatMap(({ judged }) => judged.filter((each) => each.entry === entry));
      return {
        entry,
        mayAllow: all.some(({ mayAllow }) => mayAllow),
        mayDeny: all.some(({ mayDeny }) => mayDeny),
        mistake: undefined,
        known: oneOf(all.map(({ known }) => known)),
      };
    });
  }

  /** Decides the questions in this order. Stops at the first answer that is not possible. */
  #walk(order: readonly TimedEntry[]): Walk {
    let history = this.#history;
    const judged: JudgedEntry[] = [];
    for (const timed of order) {
      const { entry, at } = timed;
      const known = this.#before(history, timed);
      const outcomes = possibleOutcomes(known, timed, at);
      const { after, mistake } = answered(timed, outcomes, known);
      judged.push({ ...knowledge(outcomes), entry, known, mistake });
      if (after === undefined) return { judged, history, isPossible: false };
      history = history.goesOn(after, at.hi);
    }
    return { judged, history, isPossible: true };
  }

  /** What the store may hold when it decides: also what no answer has said. */
  #before(history: SessionHistory, judged: TimedEntry): SessionState {
    const { at } = judged;
    const { files } = this.#times;
    const unanswered = this.#unanswered.filter(
      (each) => each !== judged && each.at.lo <= at.hi && each.mayRunUntilMs >= this.#settledAtMs,
    );
    const again = this.#ends
      .filter((end) => end !== judged && end.at.lo <= at.hi)
      .filter((end) => this.#times.losses(end.at.lo, at.hi).length > 0)
      .map((end) => ({ ...end, mayRunUntilMs: Infinity }));
    const pending = [...unanswered, ...again];
    const losses = this.#times.losses(this.#settledAtMs, at.hi);
    let state = maybeSwept(history.now, files, at);
    if (pending.length === 0 && losses.length === 0) return state;
    // Twice, because each may make possible what another one needs.
    for (let round = 0; round < 2; round += 1) {
      for (const asked of pending) {
        const then = { lo: asked.at.lo, hi: Math.min(at.hi, asked.mayRunUntilMs) };
        const ran = possibleOutcomes(state, asked, then);
        state = oneOf([state, ...ran.map(({ after }) => after)]);
      }
      for (const { mayLoseSinceMs } of losses) {
        state = eitherOf(state, history.anySince(mayLoseSinceMs));
      }
      state = maybeSwept(state, files, at);
    }
    return state;
  }
}

/** What the store holds after an answer; `undefined` if the answer is not possible. */
function answered(
  { entry, judging, at }: TimedEntry,
  outcomes: readonly Outcome[],
  known: SessionState,
): { readonly after: SessionState | undefined; readonly mistake: Mistake | undefined } {
  const { question, answer } = entry;
  const given = outcomes.filter((outcome) => isAnswered(outcome, answer));
  if (given.length === 0) {
    return { after: undefined, mistake: mistakeOf(question, answer, outcomes, known) };
  }
  const after = given.flatMap(({ after: state }) => withStart(state, answer, judging, at) ?? []);
  if (after.length === 0) return { after: undefined, mistake: 'moved_start' };
  return { after: oneOf(after), mistake: undefined };
}

function knowledge(outcomes: readonly Outcome[]) {
  return {
    mayAllow: outcomes.some(({ answer }) => answer.kind === 'allow'),
    mayDeny: outcomes.some(({ answer }) => answer.kind === 'deny'),
  };
}
