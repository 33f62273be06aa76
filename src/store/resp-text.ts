/** A command as it goes over the wire. Every character is one byte, so its length is known and it is written as latin1. */
export function respCommand(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map(respWord).join('')}`;
}

/** One word of a command: its length in bytes, and its bytes. */
export function respWord(word: string): string {
  const bytes = byteText(word);
  return `$${bytes.length}\r\n${bytes}\r\n`;
}

/** UTF-8, each byte as one character. */
function byteText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
