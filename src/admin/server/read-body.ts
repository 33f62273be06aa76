import type { IncomingMessage } from 'node:http';
import { AdminProblem } from '../wire/problem.ts';

const BODY_MAX_BYTES = 64 * 1024;

/**
 * Reads the whole body of a request as text.
 * @throws {AdminProblem} if it is longer than 64 KiB, compressed, cut off, or not UTF-8
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  if (request.headers['content-encoding'] !== undefined) {
    throw new AdminProblem('unsupported_media_type', 'send the body without content-encoding');
  }
  if (Number(request.headers['content-length'] ?? 0) > BODY_MAX_BYTES) throw tooLarge();
  const chunks = await chunksOf(request);
  try {
    // A byte order mark is left in: it is not JSON (RFC 8259 section 8.1).
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(Buffer.concat(chunks));
  } catch {
    throw new AdminProblem('invalid_request', 'the body is not UTF-8 text');
  }
}

/** What comes after too much is read and thrown away, so that the sender reads the answer. */
async function chunksOf(request: IncomingMessage): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= BODY_MAX_BYTES) chunks.push(chunk);
      else reject(tooLarge());
    });
    request.once('end', () => resolve(chunks));
    const isCutOff = (): void =>
      reject(new AdminProblem('invalid_request', 'the body ended before it was complete'));
    request.once('error', isCutOff).once('close', isCutOff);
  });
}

function tooLarge(): AdminProblem {
  return new AdminProblem(
    'content_too_large',
    `the body may have at most ${BODY_MAX_BYTES / 1024} KiB`,
  );
}
