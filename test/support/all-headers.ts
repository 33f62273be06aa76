import { WantedHeaders } from '../../src/session/wanted-headers.ts';

/** As if a policy file named every header that there is: for tests of what is read, not of what is passed over. */
class AllHeaders extends WantedHeaders {
  override includes(): boolean {
    return true;
  }

  override nameAt(bytes: Uint8Array, start: number, end: number): string {
    return Buffer.from(bytes.subarray(start, end)).toString('latin1').toLowerCase();
  }
}

export const ALL_HEADERS: WantedHeaders = new AllHeaders([]);
