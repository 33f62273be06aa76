const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const HTTP1_REQUEST = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE|CONNECT) /;

/** What has been seen of a client's first words. */
export type PrefaceState = 'unfinished' | 'complete' | 'http1' | 'unknown';

/** A client begins with these 24 bytes (RFC 9113 section 3.4), in one piece or many. */
export class Preface {
  #seen = 0;

  /** Looks at the next bytes; `at` tells afterwards where what follows begins. */
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

/** For whoever asks in HTTP/1: a browser, a probe, or a proxy that was not told to use HTTP/2. */
export const HTTP1_REFUSAL: string = [
  'HTTP/1.1 505 HTTP Version Not Supported',
  'content-type: text/plain',
  'connection: close',
  'content-length: 45',
  '',
  'This port speaks gRPC, over HTTP/2 and only.\n',
].join('\r\n');
