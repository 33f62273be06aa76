import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { KeyedHash } from '../../../src/keys/keyed-hash.ts';

function hmac(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text, 'utf8').digest('base64url');
}

describe('KeyedHash', () => {
  // Around 64 bytes, the length from which a key is hashed first.
  const key = fc.oneof(
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc.uint8Array({ minLength: 0, maxLength: 200 }),
    fc.uint8Array({ minLength: 63, maxLength: 65 }),
  );
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.string({ unit: 'binary-ascii', maxLength: 200 }),
    fc.string({ unit: 'binary', maxLength: 3_000 }),
    fc.nat({ max: 20_000 }).map((length) => 'é'.repeat(length)),
  );

  it('is HMAC-SHA-256 for any key and text, one after the other', () => {
    fc.assert(
      fc.property(key, fc.array(text, { minLength: 1, maxLength: 5 }), (secret, texts) => {
        const keyed = new KeyedHash(secret);
        for (const each of texts) expect(keyed.of(each)).to.equal(hmac(secret, each));
      }),
      { numRuns: 300 },
    );
  });

  it('is HMAC-SHA-256 at every length around the size of its buffer', () => {
    const secret = new Uint8Array(32).fill(7);
    for (const unit of ['a', 'é', '\u20AC', '\u{1F511}']) {
      const keyed = new KeyedHash(secret);
      for (let length = 0; length < 2_100; length += 13) {
        expect(keyed.of(unit.repeat(length))).to.equal(hmac(secret, unit.repeat(length)));
      }
      for (let length = 335; length < 350; length += 1) {
        const fresh = new KeyedHash(secret);
        expect(fresh.of(unit.repeat(length))).to.equal(hmac(secret, unit.repeat(length)));
      }
    }
  });

  it('gives the known answers of RFC 4231', () => {
    const answer = (secret: Uint8Array, said: string) =>
      Buffer.from(new KeyedHash(secret).of(said), 'base64url').toString('hex');
    expect(answer(new Uint8Array(20).fill(0x0b), 'Hi There')).to.equal(
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    );
    expect(answer(Buffer.from('Jefe'), 'what do ya want for nothing?')).to.equal(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
    const long = 'Test Using Larger Than Block-Size Key - Hash Key First';
    expect(answer(new Uint8Array(131).fill(0xaa), long)).to.equal(
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    );
  });
});
