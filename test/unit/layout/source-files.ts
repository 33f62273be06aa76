import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** One file of src: its path below src, and its text. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** Every TypeScript file of src. */
export function sourceFiles(): readonly SourceFile[] {
  const src = join(import.meta.dirname, '..', '..', '..', 'src');
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .toSorted()
    .map((file) => ({ file, text: readFileSync(join(src, file), 'utf8') }));
}

/** What one file imports: the target as written, and whether only its types are imported. */
export interface Import {
  readonly target: string;
  readonly isTypeOnly: boolean;
}

// import … from 'x', export … from 'x', import 'x', import('x')
const IMPORT =
  /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*['"`]([^'"`]+)/gm;

/** Everything that a TypeScript text imports or exports from elsewhere, dynamic imports included. */
export function importsOf(text: string): readonly Import[] {
  return [...text.matchAll(IMPORT)].map(([, type, target, dynamic]) => ({
    target: target ?? dynamic ?? '',
    isTypeOnly: type !== undefined,
  }));
}
