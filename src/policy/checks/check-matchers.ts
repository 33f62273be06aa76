import { headerEntries } from '../selection/fields/header.ts';
import { comparablePath } from '../selection/fields/path.ts';
import { POLICY_NAME_KEY } from '../selection/named-policy.ts';
import { pathPatternFault } from '../selection/fields/path-pattern.ts';
import type { ReadablePolicy } from '../file/check-schema.ts';
import type { PassiveEntry } from '../file/policy-file.ts';
import type { Findings, PathStep, Report } from '../file/problem.ts';
import { whyUnreadable } from '../selection/readings/path-readings.ts';

/** Every matcher can match some requests, and does not rely on what a client may write. */
export function checkMatchers(
  policy: Pick<ReadablePolicy, 'match' | 'passive'>,
  paths: 'strictest' | 'literal',
  { problem, warning }: Findings,
): void {
  for (const list of ['match', 'passive'] as const) {
    policy[list].forEach((matcher, i) => {
      if (matcher === undefined) return;
      const here: readonly PathStep[] = [list, i];
      checkFields(matcher, here, problem);
      if (matcher.path === undefined) return;
      const fault = pathFault(matcher.path, paths);
      if (fault !== undefined) problem([...here, 'path'], ...fault);
      else if (list === 'match' && paths === 'strictest') {
        warnOfFolding(matcher.path, here, warning);
      }
    });
  }
  policy.match.forEach((matcher, i) => {
    if (headerEntries(matcher?.header).every(({ trusted }) => trusted === true)) return;
    problem(
      ['match', i, 'header'],
      'a client can send this header, so it could choose its own policy',
      'add trusted: true if the proxy overwrites this header on every request',
    );
  });
}

function checkFields(matcher: PassiveEntry, here: readonly PathStep[], report: Report): void {
  const { context } = matcher;
  if (Object.values(matcher).every((field) => field === undefined)) {
    report(here, 'is empty, so it would match every request', 'add at least one field');
  }
  if (context === undefined) return;
  if (Object.keys(context).length === 0) {
    report([...here, 'context'], 'is empty, so it would match every request', 'add an entry');
  }
  if (Object.hasOwn(context, POLICY_NAME_KEY)) {
    report(
      [...here, 'context', POLICY_NAME_KEY],
      'this key is reserved: routes use it to name a policy',
      'write by_name: true in the policy instead',
      'key',
    );
  }
}

type Fault = readonly [message: string, hint?: string];

function pathFault(written: string, paths: 'strictest' | 'literal'): Fault | undefined {
  const fault = pathPatternFault(written, paths);
  if (fault !== undefined) return [fault];
  if (paths === 'literal') return undefined;
  // Requests with such a path are judged by all policies, and their paths are never compared.
  const why = whyUnreadable(written);
  if (why === undefined) return undefined;
  return [
    `cannot match: a request whose path ${why} may be for any path`,
    'ambiguous_paths: literal is for applications that take paths as they are sent',
  ];
}

function warnOfFolding(written: string, here: readonly PathStep[], warn: Report): void {
  const canonical = comparablePath(written, 'canonical');
  if (canonical === comparablePath(written, 'folded')) return;
  warn(
    [...here, 'path'],
    'has upper-case letters or escapes: if another policy matches the path without them, the ' +
      'stricter limits of both apply',
    'ambiguous_paths: literal is for applications that keep such paths apart',
  );
}
