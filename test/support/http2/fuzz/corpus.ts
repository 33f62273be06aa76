import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const CORPUS_FOLDER: string = join(
  import.meta.dirname,
  '..',
  '..',
  '..',
  'fixtures',
  'http2-corpus',
);

/** The method that the recorded clients call. */
export const RECORDED_PATH = '/envoy.service.auth.v3.Authorization/Check';

/**
 * One recorded connection, or an input that once found a fault: its preface and its frames, in
 * order.
 */
export interface CorpusEntry {
  readonly name: string;
  readonly pieces: readonly Buffer[];
}

/**
 * Reads a folder of the corpus: lines of hex, where `#` begins a comment and `-` means a turn of
 * the event loop between the lines before and after it. Such a turn becomes an empty piece.
 */
export function readCorpus(folder: string = CORPUS_FOLDER): CorpusEntry[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.hex'))
    .map((file) => ({
      name: file.slice(0, -4),
      pieces: piecesOf(readFileSync(join(folder, file), 'utf8')),
    }));
}

function piecesOf(text: string): Buffer[] {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  return lines
    .filter((line) => line !== '')
    .map((line) => Buffer.from(line === '-' ? '' : line, 'hex'));
}
