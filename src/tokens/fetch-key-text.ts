import type { JwtKeys } from '../terms/credential-place.ts';
import { isPlainHttp } from '../terms/plain-http.ts';

/** A provider that needs longer than this counts as down. */
const FETCH_MAX_MS = 5_000;
/** Even a hundred RSA keys need less than 64 KiB. */
const BODY_BYTES_MAX = 256 * 1024;

/**
 * Fetches a key set. Plain http is used on this machine, and elsewhere only where the policy file
 * accepts it. Redirects are refused because they could lead to another issuer.
 * @param closed aborts the request
 * @throws {Error} with a message that can be logged
 */
export async function fetchKeyText(
  { uri, plainHttp }: Extract<JwtKeys, { kind: 'uri' }>,
  fetch: typeof globalThis.fetch,
  closed: AbortSignal,
): Promise<string> {
  const url = parseUrl(uri);
  if (plainHttp === 'refused' && isPlainHttp(url)) {
    throw new Error(
      'keys are fetched without TLS from this machine only, unless the source has a justification',
    );
  }
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(FETCH_MAX_MS), closed]),
    });
  } catch (error) {
    throw new Error(describe(error), { cause: error });
  }
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the answer has status ${response.status}`);
  }
  return readBody(response);
}

function parseUrl(uri: string): URL {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined) throw new Error('the URL cannot be parsed');
  if (url.protocol === 'https:' || url.protocol === 'http:') return url;
  throw new Error('keys are fetched by https or http only');
}

async function readBody(response: Response): Promise<string> {
  const body: AsyncIterable<Uint8Array> | Iterable<Uint8Array> = response.body ?? [];
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > BODY_BYTES_MAX) break; // leaving the loop cancels the response
      chunks.push(chunk);
    }
  } catch (error) {
    throw new Error(describe(error), { cause: error });
  }
  if (bytes > BODY_BYTES_MAX) {
    throw new Error(`the answer is longer than ${BODY_BYTES_MAX / 1024} KiB`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function describe(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `no answer within ${FETCH_MAX_MS / 1000} s`;
  }
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no connection';
  return `the key set could not be fetched: ${code}`;
}
