import { expect } from 'chai';
import { keySlot, PLACE_SLOTS } from '../../../../../src/store/redis/cluster/key-slot.ts';

describe('the slot of a key', () => {
  // The first is the test vector of the Redis Cluster specification: CRC16 of it is 0x31C3.
  const vectors: readonly (readonly [string, number])[] = [
    ['123456789', 0x31c3 % 16_384],
    ['', 0],
    ['foo', 12_182],
    ['{user1000}.following', keySlot('user1000')],
    ['{user1000}.followers', keySlot('user1000')],
    ['foo{}{bar}', 8_363],
    ['foo{{bar}}zap', keySlot('{bar')],
    ['foo{bar}{zap}', 5_061],
    ['foo{bar', keySlot('foo{bar')],
    ['somekey', 11_058],
  ];
  for (const [key, slot] of vectors) {
    it(`is ${slot} for '${key}'`, () => {
      expect(keySlot(key)).to.equal(slot);
    });
  }

  it('is another one for each place of ours', () => {
    expect(PLACE_SLOTS).to.have.length(257);
    expect(new Set(PLACE_SLOTS).size).to.equal(257);
  });
});
