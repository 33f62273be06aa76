import type { Problem } from '../policy/file/problem.ts';

/** One problem as compilers write it, so that editors can jump to it; the hint is on a line of its own. */
export function problemText(
  { file, line, column, message, hint }: Problem,
  kind?: 'warning' | 'note',
): string {
  const head = `${file}:${line}:${column}: ${kind === undefined ? '' : `${kind}: `}${message}\n`;
  return hint === undefined ? head : `${head}  hint: ${hint}\n`;
}
