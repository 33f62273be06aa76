import { readWholeFile } from '../app/watched-file.ts';
import { parsePolicyFile } from '../policy/parse-policy-file.ts';
import type { CommandIo } from './command-io.ts';
import { problemText } from './problem-text.ts';

/**
 * `curfew check-config FILE`: everything that is wrong with a policy file, each with file:line:column and a hint.
 * @returns the exit code: 0 when the file would be served (with or without warnings), else 2
 */
export async function runCheckConfig(path: string, io: CommandIo): Promise<number> {
  const read = await readWholeFile(path);
  if (read.kind === 'unreadable') {
    io.err(`${read.why}\n`);
    return 2;
  }
  const parsed = parsePolicyFile(read.text, path);
  if (parsed.kind === 'problems') {
    for (const problem of parsed.problems) io.err(problemText(problem));
    io.err(`${path}: ${counted(parsed.problems.length, 'problem')}\n`);
    return 2;
  }
  for (const warning of parsed.warnings) io.err(problemText(warning, 'warning'));
  const { sources, policies } = parsed.policies;
  const contents = `${counted(sources.length, 'source')}, ${counted(policies.length, 'policy')}`;
  const warned =
    parsed.warnings.length > 0 ? `, ${counted(parsed.warnings.length, 'warning')}` : '';
  io.out(`${path}: ok (${contents}${warned})\n`);
  return 0;
}

function counted(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${count} ${noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}
