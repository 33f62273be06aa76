import type { ExpiryChoice } from '../policy/build/expiry-choice.ts';
import type { EntryChange, FileChanges, SettingChange } from '../policy/compare-files.ts';
import type { Problem } from '../policy/file/problem.ts';
import { expiryJson, expiryLines } from './expiry-text.ts';
import { problemText } from './problem-text.ts';

/** Everything that `curfew check-config` says about one file. */
export interface CheckedFile {
  readonly file: string;
  /** If there are any, the file is refused. */
  readonly problems: readonly Problem[];
  /** Whether a process starts with the file all the same, because an earlier version accepted it. */
  readonly starts: boolean;
  readonly warnings: readonly Problem[];
  readonly notes: readonly Problem[];
  readonly sourceCount: number;
  /** In the order of the file; empty if it cannot be used. */
  readonly policies: readonly CheckedPolicy[];
  /** `undefined` if there is no other file to compare with. */
  readonly changes: FileChanges | undefined;
}

export interface CheckedPolicy {
  readonly name: string;
  /** Empty for a policy without limits. */
  readonly expiry: ReadonlyMap<string, ExpiryChoice>;
}

/** For people: what goes to standard output, and what to standard error. */
export function checkedText(checked: CheckedFile): { readonly out: string; readonly err: string } {
  const { file, problems, starts, warnings, notes } = checked;
  const isRefused = problems.length > 0;
  const err = [
    ...problems.map((problem) => problemText(problem)),
    ...warnings.map((warning) => problemText(warning, 'warning')),
    ...(isRefused ? [`${file}: ${faultsText(checked)}${startsText(starts)}\n`] : []),
  ];
  const out = [
    ...notes.map((note) => problemText(note, 'note')),
    ...(isRefused ? [] : [`${file}: ok (${contentsText(checked)})\n`]),
    ...checked.policies.flatMap(policyLines),
    ...(checked.changes === undefined ? [] : changeLines(checked.changes)),
  ];
  return { out: out.join(''), err: err.join('') };
}

function faultsText({ problems, warnings }: CheckedFile): string {
  const faults = [counted(problems.length, 'problem')];
  if (warnings.length > 0) faults.push(counted(warnings.length, 'warning'));
  return faults.join(', ');
}

function startsText(starts: boolean): string {
  return starts
    ? '; `curfew serve` still starts with it, because an earlier version accepted it'
    : '';
}

function contentsText({ sourceCount, policies, warnings }: CheckedFile): string {
  const contents = [counted(sourceCount, 'source'), counted(policies.length, 'policy')];
  if (warnings.length > 0) contents.push(counted(warnings.length, 'warning'));
  return contents.join(', ');
}

function policyLines({ name, expiry }: CheckedPolicy): readonly string[] {
  return expiryLines(expiry).map((line) => `  policy "${name}", on expiry ${line}\n`);
}

function changeLines(changes: FileChanges): readonly string[] {
  const lines = [
    ...changes.file.map((change) => `  ${settingText(change)}\n`),
    ...changes.sources.flatMap((change) => entryLines('source', change)),
    ...changes.policies.flatMap((change) => entryLines('policy', change)),
  ];
  if (lines.length === 0) return ['No effective setting differs.\n'];
  return ['What differs:\n', ...lines];
}

function entryLines(kind: 'source' | 'policy', change: EntryChange): readonly string[] {
  return [
    `  ${kind} "${change.name}" ${change.change}\n`,
    ...change.settings.map((setting) => `      ${settingText(setting)}\n`),
  ];
}

function settingText({ setting, before, after }: SettingChange): string {
  return `${setting}: ${before ?? 'not there'} -> ${after ?? 'not there'}`;
}

/** For programs. */
export function checkedJson(checked: CheckedFile): string {
  const { file, problems, starts, warnings, notes, policies, changes } = checked;
  const value = {
    file,
    ok: problems.length === 0,
    starts,
    problems: problems.map(problemJson),
    warnings: warnings.map(problemJson),
    notes: notes.map(problemJson),
    policies: policies.map(({ name, expiry }) => ({ policy: name, on_expiry: expiryJson(expiry) })),
    changes,
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function problemJson({ line, column, message, hint }: Problem): object {
  return { line, column, message, hint };
}

function counted(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${count} ${noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}
