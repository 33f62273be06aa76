import { expect } from 'chai';
import { StoreOverloaded, StoreUnavailable } from '../../../../src/session/session-store.ts';
import { MemoryClaims } from '../../../../src/store/memory/memory-claims.ts';
import { CLAIM_KEPT_MS, CLAIM_REST_MIN_MS } from '../../../../src/session/retention.ts';
import { keyOf } from '../../../support/store/store-requests.ts';

const [AT, FIRST, SECOND] = [keyOf('at'), keyOf('first'), keyOf('second')];

describe('memory-claims', () => {
  it('hold for a minute from the first call, and are not used in its last seconds', () => {
    const claims = new MemoryClaims();
    const lastMs = CLAIM_KEPT_MS - CLAIM_REST_MIN_MS;
    const first = claims.claim(AT, FIRST, 0);
    expect(first.name).to.equal(FIRST);
    expect(claims.claim(AT, SECOND, lastMs)).to.equal(first);
    expect(() => claims.claim(AT, SECOND, lastMs + 1)).to.throw(StoreUnavailable, /too long ago/);
    const second = claims.claim(AT, SECOND, CLAIM_KEPT_MS);
    expect(second.name).to.equal(SECOND);
    expect(second.token).to.not.equal(first.token);
    expect(claims.claim(AT, FIRST, CLAIM_KEPT_MS + lastMs)).to.equal(second);
  });

  it('have a maximum, and room again when the oldest have expired', () => {
    const claims = new MemoryClaims(2);
    claims.claim(keyOf('one'), FIRST, 0);
    claims.claim(keyOf('two'), FIRST, 10);
    expect(() => claims.claim(AT, FIRST, 20)).to.throw(StoreOverloaded, /maximum of 2/);
    expect(claims.claim(keyOf('one'), SECOND, 20).name, 'no room for it is needed').to.equal(FIRST);
    expect(claims.claim(AT, FIRST, CLAIM_KEPT_MS).name).to.equal(FIRST);
  });
});
