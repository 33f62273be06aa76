import { markdownTable } from '../bench/markdown-table.ts';
import type { Judgement } from './oracle/judge-recording.ts';
import type { JudgedEntry } from './oracle/judged-entry.ts';
import type { Recording } from './oracle/recording.ts';

/**
 * The figures of a run, as a table.
 *
 * @param strict judged as if nothing that was acknowledged could be lost
 */
export function runTable(recording: Recording, judged: Judgement, strict: Judgement): string {
  const { mistakes, noVerdict } = judged;
  const { faults, entries, seed } = recording;
  // Too many for the arguments of one call.
  const beganAtMs = entries.reduce((first, { sentAtMs }) => Math.min(first, sentAtMs), Infinity);
  const endedAtMs = entries.reduce((last, { answeredAtMs }) => Math.max(last, answeredAtMs), 0);
  const seconds = Math.round((endedAtMs - beganAtMs) / 1_000);
  return markdownTable(
    [`${recording.title}, ${seconds} s, seed ${seed}`, ''],
    [
      [
        'checks: allow, deny, no verdict',
        `${judged.allowed}, ${judged.denied}, ${noVerdict.total}`,
      ],
      ['sessions', `${judged.sessions}`],
      ['ends by administration and by logout', `${judged.endsOnRequest}`],
      ['verdicts where only one was possible', `${judged.decided}`],
      ['**wrong allows, wrong denies**', `**${mistakes.wrong_allow}, ${mistakes.wrong_deny}**`],
      [
        'the same, if nothing acknowledged may be lost',
        `${strict.mistakes.wrong_allow}, ${strict.mistakes.wrong_deny}`,
      ],
      ['reasons of ends that changed', `${mistakes.changed_reason}`],
      ['other wrong reasons', `${mistakes.wrong_reason}`],
      ['starts that moved', `${mistakes.moved_start}`],
      ['ends that were made twice', `${mistakes.second_end}`],
      ['no verdict, but certainly allow, deny', `${noVerdict.knownAllow}, ${noVerdict.knownDeny}`],
      ['no verdict, more than 2 s after a fault', `${noVerdict.withoutFault}`],
      ...countBy(faults.map(({ name }) => name)).map(([name, count]) => [name, `${count} times`]),
      ...[...noVerdict.why]
        .toSorted(([, one], [, other]) => other - one)
        .map(([why, count]) => [`no verdict: ${why}`, `${count}`]),
    ],
  );
}

/** A mistake in words, for a person who has to find its cause. */
export function mistakeText({ entry, mistake, known }: JudgedEntry): string {
  return JSON.stringify({ mistake, ...entry, known: { ...known, endedBy: [...known.endedBy] } });
}

function countBy(words: readonly string[]): readonly (readonly [string, number])[] {
  return [...Map.groupBy(words, (word) => word)]
    .map(([word, all]) => [word, all.length] as const)
    .toSorted(([one], [other]) => one.localeCompare(other));
}
