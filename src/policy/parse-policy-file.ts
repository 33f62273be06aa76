import { checkPolicyFile } from './check-policy-file.ts';
import { checkSchema } from './check-schema.ts';
import { FILE_LIMITS } from './file-limits.ts';
import type { LoadedPolicies } from './loaded-policies.ts';
import { loadPolicies } from './loaded-policies.ts';
import { parseDocument } from './parse-document.ts';
import type { PolicyFile } from './policy-file.ts';
import { placeName } from './place-name.ts';
import type { Problem, Report } from './problem.ts';

const MESSAGE_MAX = 800;

/** A policy file, read: ready to judge, or everything that is wrong with it at once. */
export type ParsedPolicyFile =
  | {
      readonly kind: 'ok';
      readonly policies: LoadedPolicies;
      /** What holds, but should be known. */
      readonly warnings: readonly Problem[];
    }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/**
 * Reads a policy file. Never throws, whatever the text.
 * @param fileName appears in the problems, and nowhere else
 */
export function parsePolicyFile(text: string, fileName: string): ParsedPolicyFile {
  const document = parseDocument(text);
  const problems: Problem[] = document.faults.map((fault) => ({ file: fileName, ...fault }));
  const warnings: Problem[] = [];
  if (document.content === undefined) return { kind: 'problems', problems: sorted(problems) };
  const { value } = document.content;
  const collect =
    (into: Problem[]): Report =>
    (path, message, hint, target) => {
      const position = document.locate(path, target ?? 'value');
      const told = `${placeName(value, path)}${message}`;
      into.push({ file: fileName, ...position, message: told, hint });
    };
  const draft = checkSchema(value, collect(problems));
  checkPolicyFile(draft, collect(problems), collect(warnings));
  if (problems.length > 0) return { kind: 'problems', problems: sorted(problems) };
  const file: PolicyFile = {
    ...draft.settings,
    sources: draft.sources.filter((entry) => entry !== undefined),
    policies: draft.policies.filter((entry) => entry !== undefined),
  };
  return { kind: 'ok', policies: loadPolicies(file), warnings: sorted(warnings) };
}

/** In the order of the file, each once, printable, and no more than somebody would read. */
function sorted(problems: readonly Problem[]): readonly Problem[] {
  const inOrder = problems
    .map(printable)
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
  const seen = new Set<string>();
  const once = inOrder.filter(({ line, column, message }) => {
    const key = `${line}:${column}:${message}`;
    return !seen.has(key) && seen.add(key);
  });
  const told = once.slice(0, FILE_LIMITS.problemsMax);
  const last = told.at(-1);
  if (last === undefined || once.length === told.length) return told;
  return [...told, { ...last, message: `and ${once.length - told.length} more`, hint: undefined }];
}

/** Messages quote the file, and end on terminals and in logs. */
function printable(problem: Problem): Problem {
  const plain = (text: string): string =>
    text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?').slice(0, MESSAGE_MAX);
  const { message, hint } = problem;
  return {
    ...problem,
    message: plain(message),
    hint: hint === undefined ? undefined : plain(hint),
  };
}
