import { expect } from 'chai';
import { keptUntilMs } from '../../../src/session/retention.ts';

const DAY = 86_400_000;
const NOW = 1_800_000_000_000;

describe('keptUntilMs', () => {
  it('is the retention and a day for a new record', () => {
    expect(keptUntilMs(undefined, NOW, 30 * DAY)).to.equal(NOW + 31 * DAY);
  });

  it('stays while at least the retention and a minute remain', () => {
    const untilMs = NOW + 30 * DAY + 60_000;
    expect(keptUntilMs(untilMs, NOW, 30 * DAY)).to.equal(untilMs);
  });

  it('moves as soon as 1 ms less remains', () => {
    expect(keptUntilMs(NOW + 30 * DAY + 59_999, NOW, 30 * DAY)).to.equal(NOW + 31 * DAY);
  });

  it('does not shrink when the retention becomes shorter', () => {
    expect(keptUntilMs(NOW + 31 * DAY, NOW, DAY)).to.equal(NOW + 31 * DAY);
  });
});
