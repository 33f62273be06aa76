import { expect } from 'chai';
import { judgeReplicas } from '../../../src/store/judge-replicas.ts';

const DAY = 86_400_000;
const NOW = 1_800_000_000_000;
const own = {
  replica: 'one',
  fingerprints: ['new', 'old'],
  writing: 'new',
  sourceDigest: 'ours',
  retentionMs: 30 * DAY,
};
const judge = (keys: Record<string, number>, sources: Record<string, number> = {}) =>
  judgeReplicas(
    {
      nowMs: NOW,
      writes: 'new',
      lacking: 0,
      keys: new Map(Object.entries(keys)),
      sources: new Map(Object.entries(sources)),
    },
    own,
  );

describe('judgeReplicas', () => {
  it('agrees when nobody else has said anything', () => {
    expect(judge({})).to.deep.equal({ keys: { kind: 'agree' }, sourcesDiffer: false });
  });

  it('agrees with its own keys, the older ones too', () => {
    expect(judge({ new: NOW, old: NOW }).keys.kind).to.equal('agree');
  });

  for (const [ageMs, kind] of [
    [0, 'foreign_key'],
    [30 * DAY, 'foreign_key'],
    [30 * DAY + 1, 'agree'],
  ] as const) {
    it(`says ${kind} of a key that it lacks, last used ${ageMs} ms ago`, () => {
      expect(judge({ new: NOW, theirs: NOW - ageMs }).keys.kind).to.equal(kind);
    });
  }

  for (const [ageMs, differ] of [
    [60_000, true],
    [60_001, false],
  ] as const) {
    it(`says ${differ} of other sources seen ${ageMs} ms ago`, () => {
      expect(judge({}, { ours: NOW, theirs: NOW - ageMs }).sourcesDiffer).to.equal(differ);
    });
  }
});
