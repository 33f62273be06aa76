import { expect } from 'chai';
import { instantText, relativeText } from '../../../../src/cli/administration/output/time-text.ts';

const NOW_MS = Date.parse('2026-11-29T21:30:00.000Z');

describe('the times that the commands show', () => {
  it('are whole seconds in UTC, with how far away they are', () => {
    expect(instantText('2026-11-29T21:25:03.999Z', NOW_MS)).to.equal(
      '2026-11-29 21:25:03Z (4 min 56 s ago)',
    );
    expect(instantText('2026-11-29T23:00:00.000+01:00', NOW_MS)).to.equal(
      '2026-11-29 22:00:00Z (in 30 min)',
    );
  });

  it('are left as they are if they cannot be read', () => {
    expect(instantText('never', NOW_MS)).to.equal('never');
  });

  const distances: readonly (readonly [number, string])[] = [
    [0, 'now'],
    [999, 'now'],
    [-999, 'now'],
    [1_000, 'in 1 s'],
    [-61_000, '1 min 1 s ago'],
    [3_600_000 + 59_000, 'in 1 h'],
    [-(3_600_000 + 60_000), '1 h 1 min ago'],
    [86_400_000 + 5_000, 'in 1 d'],
    [30 * 86_400_000 + 7_200_000, 'in 30 d 2 h'],
  ];
  for (const [distanceMs, text] of distances) {
    it(`say "${text}" for ${distanceMs} ms`, () => {
      expect(relativeText(distanceMs)).to.equal(text);
    });
  }
});
