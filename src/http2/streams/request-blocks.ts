import { ConnectionFault } from '../frames/connection-fault.ts';
import { HpackDecoder } from '../hpack/hpack-decoder.ts';
import { HpackFault } from '../hpack/hpack-fault.ts';
import { KnownBlocks } from '../hpack/known-blocks.ts';
import type { Http2Limits } from '../http2-limits.ts';
import { RequestFields } from './request-fields.ts';
import { requestHead, type RequestHead } from './request-head.ts';
import type { UnaryMethod } from './unary-call.ts';

/** Turns header blocks into requests, and recognises a block that came before. */
export class RequestBlocks {
  readonly #decoder: HpackDecoder;
  readonly #known: KnownBlocks<RequestHead>;
  readonly #methods: ReadonlyMap<string, UnaryMethod>;
  readonly #wantedNames: ReadonlySet<string> | undefined;

  constructor(limits: Http2Limits, methods: ReadonlyMap<string, UnaryMethod>) {
    this.#decoder = new HpackDecoder({
      tableSizeMax: limits.headerTableBytesMax,
      listSizeMax: limits.headerListBytesMax,
    });
    this.#known = new KnownBlocks<RequestHead>(this.#decoder);
    this.#methods = methods;
    const names = [...methods.values()].flatMap(({ headers = [] }) => headers);
    this.#wantedNames = names.length === 0 ? undefined : new Set(names);
  }

  /** @throws {ConnectionFault} COMPRESSION_ERROR */
  head(bytes: Buffer, start: number, end: number): RequestHead {
    const known = this.#known.find(bytes, start, end);
    if (known !== undefined) return known;
    const head = requestHead(this.#fields(bytes, start, end), this.#methods);
    this.#known.remember(bytes, start, end, head);
    return head;
  }

  /**
   * Decodes trailers, or a block that is not needed any more: the header table must see every
   * block.
   * @returns whether the block can be trailers
   * @throws {ConnectionFault} COMPRESSION_ERROR
   */
  trailers(bytes: Buffer, start: number, end: number): boolean {
    return this.#fields(bytes, start, end).isTrailers;
  }

  settingsAcknowledged(): void {
    this.#decoder.settingsAcknowledged();
  }

  #fields(bytes: Buffer, start: number, end: number): RequestFields {
    const fields = new RequestFields(this.#wantedNames);
    try {
      fields.isTooLong = this.#decoder.decode(bytes, start, end, fields.add) === 'oversized';
    } catch (fault) {
      if (fault instanceof HpackFault) {
        throw new ConnectionFault('COMPRESSION_ERROR', `a header block: ${fault.message}`);
      }
      throw fault;
    }
    return fields;
  }
}
