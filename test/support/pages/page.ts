import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');

/** A page of the product, as its readers get it. */
export interface Page {
  readonly text: string;
  /** The fenced block after `<!-- test: NAME -->`, indented as far as its fence. */
  block(name: string): string;
  /** The text under a heading of the second level. */
  section(heading: string): string;
  /** Every `npm …` command in a shell block or between back-ticks. */
  npmCommands(): readonly string[];
}

/** @param path from the root of the repository, such as `docs/envoy.md` */
export async function readPage(path: string): Promise<Page> {
  const text = await readFile(join(root, path), 'utf8');
  return {
    text,
    block: (name) => {
      const found = new RegExp(
        `^( *)<!-- test: ${name} -->\\s+\`\`\`\\w*\\n([\\s\\S]*?)\n\\1\`\`\``,
        'm',
      ).exec(text);
      const [, indent = '', lines] = found ?? [];
      if (lines === undefined) throw new Error(`${path} has no block "${name}"`);
      return `${lines.replaceAll(new RegExp(`^${indent}`, 'gm'), '')}\n`;
    },
    section: (heading) => {
      const found = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
      if (found === undefined) throw new Error(`${path} has no heading "${heading}"`);
      return found;
    },
    npmCommands: () =>
      [...text.matchAll(/\bnpm (?:run \w+|test|start)\b/g)].map(([command]) => command),
  };
}
