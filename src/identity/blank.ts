/**
 * Whether applications may take a character for a blank or drop it: everything that is not visible ASCII. Languages
 * disagree (Python strips 0x1c and 0x85, JavaScript 0xa0 and the byte order mark), so all of it counts.
 */
export function isBlank(code: number): boolean {
  return code <= 0x20 || code >= 0x7f;
}

/** The text without blanks at both ends. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
