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

/** The text of a file as plain values that remember where they stood. */
export interface ParsedDocument {
  /** `undefined` when the syntax is so broken that nothing can be said about the content. */
  readonly content: { readonly value: unknown } | undefined;
  readonly faults: readonly SyntaxFault[];
  /** Where a value stands, or its key, or what is nearest to it when it is missing. */
  locate(path: readonly PathStep[], target: 'value' | 'key'): Position;
}

const HINTS: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'one file is one document: remove the "---"',
  DUPLICATE_KEY: 'which of the two would count? keep one',
  RESOURCE_EXHAUSTION: 'it is nested too deeply',
  TAB_AS_INDENT: 'YAML is indented with spaces',
};

/** Parses YAML. Never throws: whatever the text is, the faults say so. */
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
  // A byte order mark is no content, and would shift the first line.
  const text = written.startsWith('\uFEFF') ? written.slice(1) : written;
  if (text.length > FILE_LIMITS.charactersMax) {
    return refuse(`the file is larger than ${FILE_LIMITS.charactersMax} characters`);
  }
  try {
    if (isTooDeep(text)) return refuse('it is nested too deeply');
    const document = parseYaml(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
    if (document.contents === null && document.errors.length === 0) {
      return refuse('the file is empty', '`version: 1`, `sources` and `policies` are required');
    }
    const faults = [...withoutEchoes(document.errors), ...document.warnings].map(
      ({ code, pos, message }) => ({
        ...at(pos[0]),
        message: firstLine(message),
        hint: HINTS[code],
      }),
    );
    const readable = document.errors.every(({ code }) => code === 'DUPLICATE_KEY');
    const locate: ParsedDocument['locate'] = (path, target) => at(offsetOf(document, path, target));
    if (!readable) return { content: undefined, faults, locate };
    const value: unknown = document.toJS({ maxAliasCount: FILE_LIMITS.aliasesMax });
    return { content: { value }, faults, locate };
  } catch (fault) {
    // An alias bomb, an alias of nothing, or a stack that is used up.
    return refuse(`cannot be read: ${firstLine(fault instanceof Error ? fault.message : '')}`);
  }
}

/** After one misplaced sign the parser complains about all that follow it. */
function withoutEchoes(errors: readonly YAMLParseError[]): readonly YAMLParseError[] {
  const first = errors.findIndex(({ code }) => code === 'UNEXPECTED_TOKEN');
  return errors.filter(({ code }, i) => code !== 'UNEXPECTED_TOKEN' || i === first);
}

/** Looks at the brackets before the parser does, which takes seconds for what nobody writes. */
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

/** `key:` with nothing behind it: its place is behind the line. */
function isEmpty(value: Node | null): boolean {
  return value === null || (isScalar(value) && value.value === null && value.source === '');
}

function resolved(document: Document, node: unknown): Node | undefined {
  return isAlias(node) ? node.resolve(document) : ((node ?? undefined) as Node | undefined);
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').slice(0, 300);
}
