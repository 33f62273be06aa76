import { expect } from 'chai';
import * as fc from 'fast-check';
import { RepeatedText } from '../../../../src/transport/codec/repeated-text.ts';

const seed = (Date.now() ^ (Math.random() * 2 ** 31)) >>> 0;

describe('repeated text', () => {
  it(`is what Node makes of the same bytes, whatever was read before (seed ${seed})`, () => {
    const encoding = fc.constantFrom('utf8' as const, 'latin1' as const);
    // Few letters, so that many texts share a slot.
    const short = fc.array(fc.constantFrom(0x61, 0x62, 0x7f, 0x80, 0xc3, 0xa9), { maxLength: 6 });
    const long = fc.uint8Array({ minLength: 40, maxLength: 60 }).map((bytes) => [...bytes]);
    const texts = fc.array(fc.tuple(fc.oneof(short, long), encoding), { maxLength: 40 });
    fc.assert(
      fc.property(texts, (read) => {
        const repeated = new RepeatedText();
        for (const [content, by] of [...read, ...read]) {
          const bytes = Buffer.from([0x61, ...content, 0x61]);
          const text = repeated.read(bytes, 1, bytes.length - 1, by);
          expect(text).to.equal(bytes.toString(by, 1, bytes.length - 1));
        }
      }),
      { seed, numRuns: 2_000 },
    );
  });
});
