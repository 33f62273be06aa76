/** A token in lower case (RFC 9113 section 8.2.1). */
const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
/** No NUL, CR or LF, and no space or tab at either end. */
const VALUE = /^(?![ \t])[^\0\r\n]*(?<![ \t])$/; // oxlint-disable-line no-control-regex -- RFC 9113 forbids them
const CONTENT_LENGTH = /^\d{1,15}$/;

/** Headers about a connection. HTTP/2 forbids them (RFC 9113 section 8.2.2). */
const OF_CONNECTIONS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** The fields of one request or of its trailers, as far as they are used or checked. */
export class RequestFields {
  method: string | undefined;
  scheme: string | undefined;
  path = '';
  contentType = '';
  timeout: string | undefined;
  encoding = 'identity';
  contentLength = -1;
  /** The list exceeded its limit: only its first fields are here. */
  isTooLong = false;
  /** The wanted headers that were sent. */
  wanted: Map<string, string> | undefined;
  readonly #wantedNames: ReadonlySet<string> | undefined;
  #authority: string | undefined;
  #isMalformed = false;
  #isPastPseudo = false;
  #hasPseudo = false;

  /** @param wantedNames headers to keep for the method */
  constructor(wantedNames: ReadonlySet<string> | undefined) {
    this.#wantedNames = wantedNames;
  }

  /** Whether these are the headers of a request (RFC 9113 section 8.3.1). */
  get isRequest(): boolean {
    return (
      !this.#isMalformed &&
      (this.isTooLong ||
        (this.method !== undefined && this.scheme !== undefined && this.path !== ''))
    );
  }

  /** Whether these can be trailers: they must not have pseudo-header fields (section 8.1). */
  get isTrailers(): boolean {
    return !this.#isMalformed && !this.#hasPseudo;
  }

  /** Adds the next field. */
  readonly add = (name: string, value: string): void => {
    if (!VALUE.test(value)) this.#isMalformed = true;
    else if (name.startsWith(':')) this.#addPseudo(name, value);
    else this.#addRegular(name, value);
  };

  #addPseudo(name: string, value: string): void {
    this.#hasPseudo = true;
    if (this.#isPastPseudo) this.#isMalformed = true;
    switch (name) {
      case ':method':
        this.#once(this.method);
        this.method = value;
        return;
      case ':scheme':
        this.#once(this.scheme);
        this.scheme = value;
        return;
      case ':path':
        this.#once(this.path === '' ? undefined : this.path);
        this.path = value;
        return;
      case ':authority':
        this.#once(this.#authority);
        this.#authority = value;
        return;
      default:
        this.#isMalformed = true;
    }
  }

  #addRegular(name: string, value: string): void {
    this.#isPastPseudo = true;
    if (!NAME.test(name) || OF_CONNECTIONS.has(name)) this.#isMalformed = true;
    switch (name) {
      case 'te':
        if (value !== 'trailers') this.#isMalformed = true;
        return;
      case 'content-type':
        this.contentType = value;
        return;
      case 'grpc-timeout':
        this.timeout = value;
        return;
      case 'grpc-encoding':
        this.encoding = value;
        return;
      case 'content-length':
        this.#addContentLength(value);
        return;
      default:
        if (this.#wantedNames?.has(name) === true) this.#keep(name, value);
    }
  }

  #keep(name: string, value: string): void {
    this.wanted ??= new Map();
    const before = this.wanted.get(name);
    this.wanted.set(name, before === undefined ? value : `${before},${value}`);
  }

  #addContentLength(value: string): void {
    const length = CONTENT_LENGTH.test(value) ? Number(value) : undefined;
    if (length === undefined || (this.contentLength >= 0 && this.contentLength !== length)) {
      this.#isMalformed = true;
    } else this.contentLength = length;
  }

  #once(before: string | undefined): void {
    if (before !== undefined) this.#isMalformed = true;
  }
}
