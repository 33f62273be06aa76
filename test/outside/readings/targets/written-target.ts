/**
 * A request target as a line of text: a byte that is not visible ASCII is written `<FF>`. Neither
 * `<` nor `>` occurs in a target otherwise.
 */
const WRITTEN_BYTE = /<([0-9A-F]{2})>/g;

/** The bytes that a written target stands for. */
export function targetBytes(written: string): Buffer {
  const latin1 = written.replaceAll(WRITTEN_BYTE, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(latin1, 'latin1');
}

/** Writes raw bytes of a target as {@link targetBytes} reads them. */
export function writtenBytes(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `<${byte.toString(16).toUpperCase().padStart(2, '0')}>`).join('');
}
