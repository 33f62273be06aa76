import { expect } from 'chai';
import { compareReplicas } from '../../../src/store/compare-replicas.ts';

const DAY = 86_400_000;
const NOW = 1_800_000_000_000;
const own = {
  replica: 'one',
  fingerprints: ['new', 'old'],
  writing: 'new',
  sourceDigest: 'ours',
  retentionMs: 30 * DAY,
  abilities: [],
};
const compare = (keys: Record<string, number>, sources: Record<string, number> = {}) =>
  compareReplicas(
    {
      nowMs: NOW,
      writes: 'new',
      lacking: 0,
      abilities: new Set(),
      keys: new Map(Object.entries(keys)),
      sources: new Map(Object.entries(sources)),
    },
    own,
  );

describe('compareReplicas', () => {
  it('agrees when no other replica has announced anything', () => {
    expect(compare({})).to.deep.equal({ keys: { kind: 'agree' }, sourcesDiffer: false });
  });

  it('agrees with its own keys, including older ones', () => {
    expect(compare({ new: NOW, old: NOW }).keys.kind).to.equal('agree');
  });

  for (const [ageMs, kind] of [
    [0, 'foreign_key'],
    [30 * DAY, 'foreign_key'],
    [30 * DAY + 1, 'agree'],
  ] as const) {
    it(`finds ${kind} for a key that it lacks, last used ${ageMs} ms ago`, () => {
      expect(compare({ new: NOW, theirs: NOW - ageMs }).keys.kind).to.equal(kind);
    });
  }

  for (const [ageMs, differ] of [
    [60_000, true],
    [60_001, false],
  ] as const) {
    it(`returns ${differ} for other sources seen ${ageMs} ms ago`, () => {
      expect(compare({}, { ours: NOW, theirs: NOW - ageMs }).sourcesDiffer).to.equal(differ);
    });
  }
});
