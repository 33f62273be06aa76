/** A provider that needs longer than this is down, as far as we are concerned. */
const FETCH_MAX_MS = 5_000;
/** Sets of a hundred RSA keys stay below 64 KiB. */
const BODY_BYTES_MAX = 256 * 1024;

/**
 * Fetches a key set, until `closed` is aborted. Https, or http to this machine; redirects are refused, because they
 * would name another issuer.
 */
export async function fetchKeyText(
  uri: string,
  fetch: typeof globalThis.fetch,
  closed: AbortSignal,
): Promise<string> {
  const url = parseUrl(uri);
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(FETCH_MAX_MS), closed]),
    });
  } catch (error) {
    throw new Error(wordsFor(error), { cause: error });
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
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) {
    return url;
  }
  throw new Error('keys are fetched by https only (http from this machine alone)');
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

async function readBody(response: Response): Promise<string> {
  const body: AsyncIterable<Uint8Array> | Iterable<Uint8Array> = response.body ?? [];
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > BODY_BYTES_MAX) break; // leaving the loop cancels the rest
      chunks.push(chunk);
    }
  } catch (error) {
    throw new Error(wordsFor(error), { cause: error });
  }
  if (bytes > BODY_BYTES_MAX) {
    throw new Error(`the answer is longer than ${BODY_BYTES_MAX / 1024} KiB`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function wordsFor(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `no answer within ${FETCH_MAX_MS / 1000} s`;
  }
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no connection';
  return `the key set could not be fetched: ${code}`;
}
