import { WantedHeaders, type WantedHeader } from '../../../src/terms/wanted-headers.ts';

/** As if a policy file named every header: for tests of headers that are read, not of those that are skipped. */
class AllHeaders extends WantedHeaders {
  override includes(): boolean {
    return true;
  }

  override headerAt(bytes: Uint8Array, start: number, end: number): WantedHeader {
    const name = Buffer.from(bytes.subarray(start, end)).toString('latin1').toLowerCase();
    return { name, isRepeated: true };
  }
}

export const ALL_HEADERS: WantedHeaders = new AllHeaders([]);
