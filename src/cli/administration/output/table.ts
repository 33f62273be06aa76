/** What could move the cursor, or turn the direction of a line: a subject may hold any text. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const GAP = '  ';
const GRAPHEMES = new Intl.Segmenter();

/** A text from the server as it may be shown on a terminal. */
export function printable(text: string): string {
  return text.replaceAll(
    CONTROL,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** Rows of one length in aligned columns, each with its line break; the first row is the head. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(printable));
  const widths = (shown[0] ?? []).map((_, column) =>
    Math.max(...shown.map((row) => widthOf(row[column] ?? ''))),
  );
  return shown.map((row) => `${lineOf(row, widths)}\n`).join('');
}

/** One line of an answer about one thing. */
export type Field = readonly [name: string, value: string];

/** Names with their values, one a line, aligned. */
export function fieldsText(fields: readonly Field[]): string {
  const names = fields.map(([name]) => name);
  const width = Math.max(...names.map(widthOf));
  return fields
    .map(([name, value]) => `${lineOf([name, printable(value)], [width, 0])}\n`)
    .join('');
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
    .join(GAP)
    .trimEnd();
}

function widthOf(text: string): number {
  return Array.from(GRAPHEMES.segment(text)).length;
}
