import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** The product's README, as its readers get it. */
export interface Readme {
  readonly text: string;
  /** The fenced block behind `<!-- test: NAME -->`, as far to the left as its fence. */
  block(name: string): string;
  /** The text under a heading of the second level. */
  section(heading: string): string;
  /** The first cells of the rows of the table under a heading. */
  firstCells(heading: string): readonly string[];
  /** Every `npm …` command in a shell block or between back-ticks. */
  npmCommands(): readonly string[];
}

export async function readReadme(): Promise<Readme> {
  const text = await readFile(join(root, 'README.md'), 'utf8');
  const section = (heading: string) => {
    const found = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
    if (found === undefined) throw new Error(`README.md has no heading "${heading}"`);
    return found;
  };
  return {
    text,
    block: (name) => {
      const found = new RegExp(
        `^( *)<!-- test: ${name} -->\\s+\`\`\`\\w*\\n([\\s\\S]*?)\n\\1\`\`\``,
        'm',
      ).exec(text);
      const [, indent = '', lines] = found ?? [];
      if (lines === undefined) throw new Error(`README.md has no block "${name}"`);
      return `${lines.replaceAll(new RegExp(`^${indent}`, 'gm'), '')}\n`;
    },
    section,
    firstCells: (heading) => {
      const rows = section(heading)
        .split('\n')
        .filter((line) => line.startsWith('|'));
      return rows.slice(2).map((row) => row.split('|')[1]?.trim() ?? '');
    },
    npmCommands: () =>
      [...text.matchAll(/\bnpm (?:run \w+|test|start)\b/g)].map(([command]) => command),
  };
}
