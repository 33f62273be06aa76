/** Longer than any policy file, or all headers of a request. */
const INPUT_BYTES_MAX = 4 * 1024 * 1024;

/**
 * All of an input, as text.
 * @throws {Error} with a message for the user if it is too long
 */
export async function readInput(input: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    bytes += chunk.byteLength;
    if (bytes > INPUT_BYTES_MAX) {
      throw new Error(`standard input is longer than ${INPUT_BYTES_MAX / 1024 / 1024} MiB`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
