import { expect } from 'chai';
import { RefetchBudget } from '../../../src/app/jwt/refetch-budget.ts';
import type { KeySet } from '../../../src/app/jwt/token-keys.ts';
import { VerifiedTokens } from '../../../src/app/jwt/verified-tokens.ts';
import { NOW_MS, NOW_S } from './jwt-tokens.ts';

function keySet(): KeySet {
  return { find: () => Promise.reject(new Error('unused')) };
}

describe('VerifiedTokens', () => {
  const keys = keySet();
  const claims = { sid: 's1', exp: NOW_S + 10 };

  it('remembers a token until its exp and not at it', () => {
    const tokens = new VerifiedTokens(10);
    tokens.remember('a.b.c', claims, keys);
    expect(tokens.find('a.b.c', keys, NOW_MS + 9_999)).to.equal(claims);
    expect(tokens.find('a.b.c', keys, NOW_MS + 10_000)).to.equal(undefined);
    expect(tokens.size).to.equal(0);
  });

  it('knows the whole token only', () => {
    const tokens = new VerifiedTokens(10);
    tokens.remember('a.b.c', claims, keys);
    expect(tokens.find('a.b.d', keys, NOW_MS)).to.equal(undefined);
  });

  it('forgets what was verified with other keys', () => {
    const tokens = new VerifiedTokens(10);
    tokens.remember('a.b.c', claims, keys);
    expect(tokens.find('a.b.c', keySet(), NOW_MS)).to.equal(undefined);
    expect(tokens.size).to.equal(0);
  });

  it('is bounded, and forgets the longest unused first', () => {
    const tokens = new VerifiedTokens(2);
    tokens.remember('one', claims, keys);
    tokens.remember('two', claims, keys);
    tokens.find('one', keys, NOW_MS);
    tokens.remember('three', claims, keys);
    expect(tokens.size).to.equal(2);
    expect(tokens.find('two', keys, NOW_MS)).to.equal(undefined);
    expect(tokens.find('one', keys, NOW_MS)).to.equal(claims);
    expect(tokens.find('three', keys, NOW_MS)).to.equal(claims);
  });

  it('remembers a token without exp while there is room', () => {
    const tokens = new VerifiedTokens(1);
    tokens.remember('one', { sid: 's1' }, keys);
    expect(tokens.find('one', keys, NOW_MS + 10 ** 12)).to.deep.equal({ sid: 's1' });
  });
});

describe('RefetchBudget', () => {
  it('gives three looks at once, then one every 20 s', () => {
    const budget = new RefetchBudget(NOW_MS);
    expect([1, 2, 3, 4].map(() => budget.take(NOW_MS))).to.deep.equal([true, true, true, false]);
    expect(budget.take(NOW_MS + 19_999)).to.equal(false);
    expect(budget.take(NOW_MS + 20_000)).to.equal(true);
    expect(budget.take(NOW_MS + 20_000)).to.equal(false);
    const muchLater = NOW_MS + 10 ** 9;
    expect([1, 2, 3, 4].map(() => budget.take(muchLater))).to.deep.equal([true, true, true, false]);
  });

  it('gives nothing for a clock that goes back', () => {
    const budget = new RefetchBudget(NOW_MS);
    for (let look = 0; look < 3; look += 1) budget.take(NOW_MS);
    expect(budget.take(NOW_MS - 10 ** 9)).to.equal(false);
  });
});
