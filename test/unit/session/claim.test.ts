import { expect } from 'chai';
import { openableClaim } from '../../../src/session/claim.ts';
import type { Claim } from '../../../src/session/claim.ts';
import type { SessionKey } from '../../../src/session/session-key.ts';
import { keyOf } from '../../support/store/store-requests.ts';

const [A, B, C] = [keyOf('a'), keyOf('b'), keyOf('c')];

/** Each place with the name that is settled there. */
function openable(...places: readonly (readonly [SessionKey, SessionKey])[]): Claim | undefined {
  const claims = places.map(([at, name]) => [at, { name, token: `at ${at}` }] as const);
  return openableClaim(new Map(claims));
}

describe('openable-claim', () => {
  it('is the claim at the name that all places settle', () => {
    expect(openable([A, B], [B, B])).to.deep.equal({ name: B, token: `at ${B}` });
    expect(openable([A, A], [B, A])).to.deep.equal({ name: A, token: `at ${A}` });
    expect(openable([A, C], [B, B], [C, B])).to.deep.equal({ name: B, token: `at ${B}` });
  });

  it('is none where two names are claimed for themselves', () => {
    expect(openable([A, A], [B, B])).to.equal(undefined);
    expect(openable([A, A], [B, B], [C, A])).to.equal(undefined);
  });

  it('is none where the last name is not claimed for itself', () => {
    expect(openable([A, B], [B, A])).to.equal(undefined);
    expect(openable([A, A], [B, B], [C, C])).to.equal(undefined);
    expect(openable([A, B], [B, B], [C, A])).to.equal(undefined);
  });
});
