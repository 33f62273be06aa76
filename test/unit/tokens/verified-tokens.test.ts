import { expect } from 'chai';
import { RefetchBudget } from '../../../src/tokens/refetch-budget.ts';
import type { KeySet } from '../../../src/tokens/token-keys.ts';
import { VerifiedTokens } from '../../../src/tokens/verified-tokens.ts';
import { NOW_MS, NOW_S } from './tokens.ts';

function keySet(): KeySet {
  return { find: () => Promise.reject(new Error('unused')) };
}

describe('VerifiedTokens', () => {
  const keys = keySet();
  const proof = { kind: 'verified', claims: { sid: 's1', exp: NOW_S + 10 } } as const;

  it('remembers a token until its exp and not at it', () => {
    const tokens = new VerifiedTokens(10);
    tokens.remember('a.b.c', proof, keys);
    expect(tokens.find('a.b.c', keys, NOW_MS + 9_999)).to.equal(proof);
    expect(tokens.find('a.b.c', keys, NOW_MS + 10_000)).to.equal(undefined);
    expect(tokens.size).to.equal(0);
  });

  it('recognises only the whole token', () => {
    const tokens = new VerifiedTokens(10);
    tokens.remember('a.b.c', proof, keys);
    expect(tokens.find('a.b.d', keys, NOW_MS)).to.equal(undefined);
  });

  it('forgets what was verified with other keys', () => {
    const tokens = new VerifiedTokens(10);
    tokens.remember('a.b.c', proof, keys);
    expect(tokens.find('a.b.c', keySet(), NOW_MS)).to.equal(undefined);
    expect(tokens.size).to.equal(0);
  });

  it('is limited, and forgets the least recently used token first', () => {
    const tokens = new VerifiedTokens(2);
    tokens.remember('one', proof, keys);
    tokens.remember('two', proof, keys);
    tokens.find('one', keys, NOW_MS);
    tokens.remember('three', proof, keys);
    expect(tokens.size).to.equal(2);
    expect(tokens.find('two', keys, NOW_MS)).to.equal(undefined);
    expect(tokens.find('one', keys, NOW_MS)).to.equal(proof);
    expect(tokens.find('three', keys, NOW_MS)).to.equal(proof);
  });

  it('remembers a token without exp while there is room', () => {
    const tokens = new VerifiedTokens(1);
    const lasting = { kind: 'verified', claims: { sid: 's1' } } as const;
    tokens.remember('one', lasting, keys);
    expect(tokens.find('one', keys, NOW_MS + 10 ** 12)).to.equal(lasting);
  });
});

describe('RefetchBudget', () => {
  it('allows three readings at once, then one every 20 s', () => {
    const budget = new RefetchBudget(NOW_MS);
    expect([1, 2, 3, 4].map(() => budget.take(NOW_MS))).to.deep.equal([true, true, true, false]);
    expect(budget.take(NOW_MS + 19_999)).to.equal(false);
    expect(budget.take(NOW_MS + 20_000)).to.equal(true);
    expect(budget.take(NOW_MS + 20_000)).to.equal(false);
    const muchLater = NOW_MS + 10 ** 9;
    expect([1, 2, 3, 4].map(() => budget.take(muchLater))).to.deep.equal([true, true, true, false]);
  });

  it('allows nothing more when the clock goes backwards', () => {
    const budget = new RefetchBudget(NOW_MS);
    for (let look = 0; look < 3; look += 1) budget.take(NOW_MS);
    expect(budget.take(NOW_MS - 10 ** 9)).to.equal(false);
  });
});
