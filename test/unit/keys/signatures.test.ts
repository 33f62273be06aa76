import { expect } from 'chai';
import { createSignatures } from '../../../src/keys/signatures.ts';

const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

describe('signatures', () => {
  const own = createSignatures([key(1), key(2)], 'cursor');

  it('are known again, also by a replica that writes with another key', () => {
    const signature = own.sign('text');
    expect(signature).to.match(/^[A-Za-z0-9_-]{43}$/);
    expect(own.isSigned('text', signature)).to.equal(true);
    const other = createSignatures([key(2), key(1)], 'cursor');
    expect(other.isSigned('text', signature)).to.equal(true);
    expect(own.isSigned('text', other.sign('text'))).to.equal(true);
  });

  it('are not those of another text, key or purpose, nor anything else', () => {
    const signature = own.sign('text');
    expect(own.isSigned('texT', signature)).to.equal(false);
    expect(createSignatures([key(3)], 'cursor').isSigned('text', signature)).to.equal(false);
    expect(createSignatures([key(1)], 'preview').isSigned('text', signature)).to.equal(false);
    for (const wrong of ['', signature.slice(1), `${signature}A`, signature.toUpperCase()]) {
      expect(own.isSigned('text', wrong)).to.equal(false);
    }
  });
});
