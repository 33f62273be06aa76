import type { Document, Node, YAMLParseError } from 'yaml';
import {
  CST,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument as parseYaml,
} from 'yaml';
import { FILE_LIMITS } from './file-limits.ts';
import type { PathStep } from './problem.ts';

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface SyntaxFault extends Position {
  readonly message: string;
  readonly hint: string | undefined;
}

/** The text of a file as plain values, with their places in the text. */
export interface ParsedDocument {
  /** `undefined` when the syntax is too broken to check the content. */
  readonly content: { readonly value: unknown } | undefined;
  readonly faults: readonly SyntaxFault[];
  /** The place of a value or of its key; if it is missing, the nearest place above it. */
  locate(path: readonly PathStep[], target: 'value' | 'key'): Position;
}

interface FaultText {
  /** Replaces the parser's own message where that one does not help. */
  readonly message?: string;
  readonly hint?: string;
}

/** What is said about a fault, by the code that the YAML parser gives it. */
const FAULT_TEXTS: Readonly<Record<string, FaultText>> = {
  DUPLICATE_KEY: { message: 'this key occurs twice', hint: 'keep one of the two' },
  MULTIPLE_DOCS: { message: 'the file has more than one document', hint: 'remove the "---"' },
  RESOURCE_EXHAUSTION: { message: 'the file is nested too deeply' },
  TAB_AS_INDENT: { hint: 'use spaces' },
  TAG_RESOLVE_FAILED: { hint: 'remove the tag: only plain values are allowed' },
  UNEXPECTED_TOKEN: {
    hint: 'look for a missing or misplaced bracket, quote or comma before this place',
  },
};

/** Parses YAML. Never throws: everything that is wrong is reported as a fault. */
export function parseDocument(written: string): ParsedDocument {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const start: Position = { line: 1, column: 1 };
  const refuse = (message: string, hint?: string): ParsedDocument => ({
    content: undefined,
    faults: [{ ...start, message, hint }],
    locate: () => start,
  });
  // A byte order mark is not content, and would shift the columns of the first line.
  const text = written.startsWith('\uFEFF') ? written.slice(1) : written;
  if (text.length > FILE_LIMITS.charactersMax) {
    return refuse(`the file is larger than ${FILE_LIMITS.charactersMax} characters`);
  }
  try {
    if (isTooDeep(text)) return refuse('the file is nested too deeply');
    const document = parseYaml(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
    if (document.contents === null && document.errors.length === 0) {
      return refuse('the file is empty', '`version: 1`, `sources` and `policies` are required');
    }
    const faults = [...withoutEchoes(document.errors), ...document.warnings].map(
      ({ code, pos, message }) => ({
        ...at(pos[0]),
        message: FAULT_TEXTS[code]?.message ?? firstLine(message),
        hint: FAULT_TEXTS[code]?.hint,
      }),
    );
    const readable = document.errors.every(({ code }) => code === 'DUPLICATE_KEY');
    const locate: ParsedDocument['locate'] = (path, target) => at(offsetOf(document, path, target));
    if (!readable) return { content: undefined, faults, locate };
    const value: unknown = document.toJS({ maxAliasCount: FILE_LIMITS.aliasesMax });
    return { content: { value }, faults, locate };
  } catch (fault) {
    // Too many aliases, an alias without an anchor, or a stack overflow.
    return refuse(
      `the file cannot be read: ${firstLine(fault instanceof Error ? fault.message : '')}`,
    );
  }
}

/** After one misplaced character the parser complains about everything that follows. */
function withoutEchoes(errors: readonly YAMLParseError[]): readonly YAMLParseError[] {
  const first = errors.findIndex(({ code }) => code === 'UNEXPECTED_TOKEN');
  return errors.filter(({ code }, i) => code !== 'UNEXPECTED_TOKEN' || i === first);
}

/** Counts brackets before the parser runs, because it takes seconds for thousands of nested ones. */
function isTooDeep(text: string): boolean {
  let open = 0;
  let inLine = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const type = CST.tokenType(lexeme);
    if (type === 'flow-seq-start' || type === 'flow-map-start') open += 1;
    else if (type === 'flow-seq-end' || type === 'flow-map-end') open -= 1;
    else if (type === 'newline') inLine = 0;
    else if (type === 'seq-item-ind' || type === 'explicit-key-ind') inLine += 1;
    if (open > FILE_LIMITS.nestingMax || inLine > FILE_LIMITS.nestingMax) return true;
  }
  return false;
}

function offsetOf(document: Document, path: readonly PathStep[], target: 'value' | 'key'): number {
  let node = resolved(document, document.contents);
  let offset = node?.range?.[0] ?? 0;
  for (const [i, step] of path.entries()) {
    const last = i === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(step),
      );
      if (pair === undefined) break;
      const key = pair.key as Node;
      const value = pair.value as Node | null;
      const wanted = (last && target === 'key') || isEmpty(value) ? key : value;
      offset = wanted?.range?.[0] ?? offset;
      node = resolved(document, value);
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | undefined;
      if (item === undefined) break;
      offset = item.range?.[0] ?? offset;
      node = resolved(document, item);
    } else break;
  }
  return offset;
}

/** A `key:` without a value. The parser puts the value's place after the end of the line. */
function isEmpty(value: Node | null): boolean {
  return value === null || (isScalar(value) && value.value === null && value.source === '');
}

function resolved(document: Document, node: unknown): Node | undefined {
  return isAlias(node) ? node.resolve(document) : ((node ?? undefined) as Node | undefined);
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').slice(0, 300);
}
