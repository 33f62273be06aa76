import { comparablePath } from './compile-matcher.ts';
import { POLICY_NAME_KEY } from './judge-selection.ts';
import { pathPatternFault } from './path-pattern.ts';
import type { MatcherEntry, PolicyEntry } from './policy-file.ts';
import type { PathStep, Report } from './problem.ts';
import { readPath } from './read-path.ts';

/** Every matcher can match something, and rests on nothing that a client writes. */
export function checkMatchers(
  entry: PolicyEntry,
  paths: 'strictest' | 'literal',
  report: Report,
  warn: Report,
): void {
  for (const list of ['match', 'passive'] as const) {
    entry[list]?.forEach((matcher, i) => {
      const here: readonly PathStep[] = [list, i];
      checkFields(matcher, here, report);
      if (matcher.path === undefined) return;
      const fault = pathFault(matcher.path, paths);
      if (fault !== undefined) report([...here, 'path'], ...fault);
      else if (list === 'match' && paths === 'strictest') warnOfFolding(matcher.path, here, warn);
    });
  }
  entry.match?.forEach(({ header }, i) => {
    if (header === undefined || header.trusted === true) return;
    report(
      ['match', i, 'header'],
      'a client writes its own headers, so it could choose its policy',
      'add trusted: true when the proxy overwrites this header on every request',
    );
  });
}

function checkFields(matcher: MatcherEntry, here: readonly PathStep[], report: Report): void {
  const { context } = matcher;
  if (Object.values(matcher).every((field) => field === undefined)) {
    report(here, 'an empty matcher matches everything', 'name at least one field');
  }
  if (context === undefined) return;
  if (Object.keys(context).length === 0)
    report([...here, 'context'], 'an empty map matches everything');
  if (Object.hasOwn(context, POLICY_NAME_KEY)) {
    report(
      [...here, 'context', POLICY_NAME_KEY],
      'is reserved: it names a policy',
      'give the policy by_name: true instead',
      'key',
    );
  }
}

type Fault = readonly [message: string, hint?: string];

function pathFault(written: string, paths: 'strictest' | 'literal'): Fault | undefined {
  const fault = pathPatternFault(written, paths);
  if (fault !== undefined) return [fault];
  if (paths === 'literal') return undefined;
  // A path like this is never compared with patterns, because it is ambiguous.
  const { ambiguity } = readPath(comparablePath(written, 'canonical').replaceAll('*', 'x'));
  if (ambiguity === undefined) return undefined;
  return [`matches nothing: such a path is ambiguous (${ambiguity})`];
}

function warnOfFolding(written: string, here: readonly PathStep[], warn: Report): void {
  const canonical = comparablePath(written, 'canonical');
  if (canonical === comparablePath(written, 'folded')) return;
  const what = canonical.endsWith('/') ? 'a final slash' : 'upper-case letters or escapes';
  warn(
    [...here, 'path'],
    `has ${what}: where another policy judges its plainer spelling, both judge together, strictest first`,
    'ambiguous_paths: literal is for applications that tell the two apart',
  );
}
