import { checkPolicyFile } from './checks/check-policy-file.ts';
import { checkSchema } from './file/check-schema.ts';
import { FILE_LIMITS } from './file/file-limits.ts';
import type { LoadedPolicies } from './loaded-policies.ts';
import { loadPolicies } from './loaded-policies.ts';
import { parseDocument } from './file/parse-document.ts';
import type { PolicyFile } from './file/policy-file.ts';
import { placeName } from './file/place-name.ts';
import type { Problem, Report } from './file/problem.ts';

const MESSAGE_MAX = 800;

/** A policy file that was read: ready for requests, or everything that is wrong with it. */
export type ParsedPolicyFile = FileFound<{ readonly policies: LoadedPolicies }>;

/** The same as plain data, which can be handed from one thread to another. */
export type JudgedPolicyFile = FileFound<{ readonly file: PolicyFile }>;

type FileFound<Content> =
  | (Content & {
      readonly kind: 'ok';
      /**
       * What is wrong with a file that an earlier version accepted. A process starts with it, and
       * assumes what they say; `curfew check-config` refuses it.
       */
      readonly assumptions: readonly Problem[];
      /** What is accepted, but probably not intended. */
      readonly warnings: readonly Problem[];
      /** What is probably right, but good to know. */
      readonly notes: readonly Problem[];
    })
  | {
      readonly kind: 'problems';
      readonly problems: readonly Problem[];
      /** What else is to be looked at, as far as the file can be read. */
      readonly warnings: readonly Problem[];
    };

/**
 * Reads a policy file. Never throws, whatever the text.
 * @param fileName appears in the problems, and nowhere else
 */
export function parsePolicyFile(text: string, fileName: string): ParsedPolicyFile {
  const judged = judgePolicyFile(text, fileName);
  if (judged.kind === 'problems') return judged;
  const { file, ...rest } = judged;
  return { ...rest, policies: loadPolicies(file) };
}

/** Does the part of that which takes long and needs no other state: parses and checks the text. */
export function judgePolicyFile(text: string, fileName: string): JudgedPolicyFile {
  const document = parseDocument(text);
  const problems: Problem[] = document.faults.map((fault) => ({ file: fileName, ...fault }));
  const assumptions: Problem[] = [];
  const warnings: Problem[] = [];
  const notes: Problem[] = [];
  if (document.content === undefined) {
    return { kind: 'problems', problems: sorted(problems), warnings };
  }
  const { value } = document.content;
  const collect =
    (into: Problem[]): Report =>
    (path, message, hint, target) => {
      const position = document.locate(path, target ?? 'value');
      const placed = `${placeName(value, path)}${message}`;
      into.push({ file: fileName, ...position, message: placed, hint });
    };
  const draft = checkSchema(value, collect(problems));
  checkPolicyFile(draft, {
    problem: collect(problems),
    assumed: collect(assumptions),
    warning: collect(warnings),
    note: collect(notes),
  });
  if (problems.length > 0) {
    const all = [...problems, ...assumptions];
    return { kind: 'problems', problems: sorted(all), warnings: sorted(warnings) };
  }
  const file: PolicyFile = {
    ...draft.settings,
    sources: draft.sources.filter((entry) => entry !== undefined),
    policies: draft.policies.filter((entry) => entry !== undefined),
  };
  return {
    kind: 'ok',
    file,
    assumptions: sorted(assumptions),
    warnings: sorted(warnings),
    notes: sorted(notes),
  };
}

/** In the order of the file, each once, printable, and not more than a reader needs. */
function sorted(problems: readonly Problem[]): readonly Problem[] {
  const inOrder = problems
    .map(printable)
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
  const seen = new Set<string>();
  const once = inOrder.filter(({ line, column, message }) => {
    const key = `${line}:${column}:${message}`;
    return !seen.has(key) && seen.add(key);
  });
  const shown = once.slice(0, FILE_LIMITS.problemsMax);
  const last = shown.at(-1);
  if (last === undefined || once.length === shown.length) return shown;
  const message = `and ${once.length - shown.length} more problems`;
  return [...shown, { ...last, message, hint: undefined }];
}

/** Messages quote the file, and are shown on terminals and in logs. */
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
