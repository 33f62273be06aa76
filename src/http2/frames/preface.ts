const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const HTTP1_REQUEST = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE|CONNECT) /;

/** What the first bytes of a client are. */
export type PrefaceState = 'unfinished' | 'complete' | 'http1' | 'unknown';

/**
 * Checks the 24 bytes that every client sends first (RFC 9113 section 3.4), in one chunk or many.
 */
export class Preface {
  #seen = 0;

  /** Checks the next bytes. `at` is the index of the first byte after the preface. */
  take(chunk: Buffer): { readonly state: PrefaceState; readonly at: number } {
    const before = this.#seen;
    let at = 0;
    while (at < chunk.length && this.#seen < PREFACE.length) {
      if (chunk[at] !== PREFACE[this.#seen]) return { state: kindOf(chunk, before), at };
      at += 1;
      this.#seen += 1;
    }
    return { state: this.#seen < PREFACE.length ? 'unfinished' : 'complete', at };
  }
}

function kindOf(chunk: Buffer, before: number): PrefaceState {
  const begin = PREFACE.toString('latin1', 0, before) + chunk.toString('latin1', 0, 20);
  return HTTP1_REQUEST.test(begin) ? 'http1' : 'unknown';
}

/**
 * The answer to HTTP/1: from a browser, a probe, or a proxy that is not configured to use HTTP/2.
 */
export const HTTP1_REFUSAL: string = [
  'HTTP/1.1 505 HTTP Version Not Supported',
  'content-type: text/plain',
  'connection: close',
  'content-length: 45',
  '',
  'This port speaks gRPC, over HTTP/2 and only.\n',
].join('\r\n');
