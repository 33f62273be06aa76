import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** The product's README, as its readers get it. */
export interface Readme {
  readonly text: string;
  /** The fenced block behind `<!-- test: NAME -->`. */
  block(name: string): string;
  /** The first cells of the rows of the table under a heading. */
  firstCells(heading: string): readonly string[];
  /** Every `npm …` command in a shell block or between back-ticks. */
  npmCommands(): readonly string[];
}

export async function readReadme(): Promise<Readme> {
  const text = await readFile(join(root, 'README.md'), 'utf8');
  return {
    text,
    block: (name) => {
      const found = new RegExp(`<!-- test: ${name} -->\\s+\`\`\`\\w*\\n([\\s\\S]*?)\n\`\`\``).exec(
        text,
      );
      if (found?.[1] === undefined) throw new Error(`README.md has no block "${name}"`);
      return `${found[1]}\n`;
    },
    firstCells: (heading) => {
      const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
      if (section === undefined) throw new Error(`README.md has no heading "${heading}"`);
      const rows = section.split('\n').filter((line) => line.startsWith('|'));
      return rows.slice(2).map((row) => row.split('|')[1]?.trim() ?? '');
    },
    npmCommands: () =>
      [...text.matchAll(/\bnpm (?:run \w+|test|start)\b/g)].map(([command]) => command),
  };
}
