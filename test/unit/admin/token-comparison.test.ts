import { expect } from 'chai';
import crypto, { randomBytes } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { AdminTokens } from '../../../src/admin/access/admin-tokens.ts';

const TOKENS = Array.from({ length: 5 }, () => randomBytes(32).toString('hex'));
const DIGEST_BYTES = 32;

describe('the comparison of a token of administration', () => {
  const { timingSafeEqual } = crypto;
  let compared: (readonly [NodeJS.ArrayBufferView, NodeJS.ArrayBufferView])[];
  let tokens: AdminTokens;

  // Node's own function, which keeps on comparing, and notes with what it is called.
  beforeEach(() => {
    compared = [];
    tokens = new AdminTokens(
      TOKENS.map((token, n) => ({
        name: `caller-${n}`,
        grant: { role: 'viewer', sources: undefined },
        token,
      })),
    );
    crypto.timingSafeEqual = (one, other) => {
      compared.push([one, other] as (typeof compared)[number]);
      return timingSafeEqual(one, other);
    };
    syncBuiltinESMExports();
  });
  afterEach(() => {
    crypto.timingSafeEqual = timingSafeEqual;
    syncBuiltinESMExports();
  });

  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ['the first token', TOKENS[0] ?? '', 'caller-0'],
    ['the last token', TOKENS.at(-1) ?? '', 'caller-4'],
    ['an unknown token', 'x'.repeat(64), undefined],
    ['a beginning of a token', (TOKENS[0] ?? '').slice(0, 63), undefined],
    ['a long token', 'x'.repeat(16_384), undefined],
  ];
  for (const [what, token, name] of cases) {
    it(`takes as many steps for ${what} as for any other, all in constant time`, () => {
      expect(tokens.find(token)?.name).to.equal(name);
      expect(compared).to.have.lengthOf(TOKENS.length);
      for (const pair of compared) {
        expect(pair.map(({ byteLength }) => byteLength)).to.deep.equal([
          DIGEST_BYTES,
          DIGEST_BYTES,
        ]);
      }
    });
  }

  it('is of digests under a key of this list alone, so that they say nothing about a token', () => {
    tokens.find(TOKENS[0] ?? '');
    const other = new AdminTokens([
      { name: 'one', grant: { role: 'viewer', sources: undefined }, token: TOKENS[0] ?? '' },
    ]);
    other.find(TOKENS[0] ?? '');
    const presented = [compared.at(0), compared.at(-1)].map((pair) =>
      Buffer.from(pair?.[0] as Uint8Array).toString('hex'),
    );
    expect(presented[0]).to.not.equal(presented[1]);
  });
});
