import { expect } from 'chai';
import { StoreOverloaded } from '../../../../src/session/session-store.ts';
import { MemoryClaims } from '../../../../src/store/memory/memory-claims.ts';
import { CLAIM_KEPT_MS } from '../../../../src/session/retention.ts';
import { keyOf } from '../../../support/store/store-requests.ts';

const [AT, FIRST, SECOND] = [keyOf('at'), keyOf('first'), keyOf('second')];

describe('memory-claims', () => {
  it('hold for a minute from the first call', () => {
    const claims = new MemoryClaims();
    expect(claims.claim(AT, FIRST, 0)).to.equal(FIRST);
    expect(claims.claim(AT, SECOND, CLAIM_KEPT_MS - 1)).to.equal(FIRST);
    expect(claims.claim(AT, SECOND, CLAIM_KEPT_MS)).to.equal(SECOND);
    expect(claims.claim(AT, FIRST, 2 * CLAIM_KEPT_MS - 1)).to.equal(SECOND);
  });

  it('have a maximum, and room again when the oldest have expired', () => {
    const claims = new MemoryClaims(2);
    claims.claim(keyOf('one'), FIRST, 0);
    claims.claim(keyOf('two'), FIRST, 10);
    expect(() => claims.claim(AT, FIRST, 20)).to.throw(StoreOverloaded, /maximum of 2/);
    expect(claims.claim(keyOf('one'), SECOND, 20), 'a settled one needs no room').to.equal(FIRST);
    expect(claims.claim(AT, FIRST, CLAIM_KEPT_MS)).to.equal(FIRST);
  });
});
