const PLAIN = /^[\x20-\x24\x26-\x7e]*$/;
const MESSAGE_BYTES_MAX = 1_000;

/**
 * A `grpc-message` for a header: UTF-8 in which the percent sign and everything except printable
 * ASCII is percent-encoded (gRPC over HTTP/2, "Responses"). Long text is cut: trailers must fit
 * into one frame.
 */
export function percentEncode(message: string): string {
  const bytes = Buffer.from(message, 'utf8').subarray(0, MESSAGE_BYTES_MAX);
  const text = bytes.toString('latin1');
  if (PLAIN.test(text)) return text;
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    return PLAIN.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}
