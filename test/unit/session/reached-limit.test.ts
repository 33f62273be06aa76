import { expect } from 'chai';
import { presentOf, reachedLimit } from '../../../src/session/reached-limit.ts';
import type { LiveRecord } from '../../../src/session/session-record.ts';
import { liveWith } from '../../support/store/records.ts';

const MINUTE = 60_000;
const IDLE = 5 * MINUTE;
const ABSOLUTE = 60 * MINUTE;
const BOTH = { idleTimeoutMs: IDLE, absoluteTimeoutMs: ABSOLUTE };
const T0 = 1_800_000_000_000;

function record(lastActivityAfterMs: number, longestGapMs = 0): LiveRecord {
  return liveWith({ startedAtMs: T0, lastActivityAtMs: T0 + lastActivityAfterMs, longestGapMs });
}

describe('reachedLimit', () => {
  const table = [
    { name: 'nothing 1 ms before the idle limit', at: IDLE - 1, want: undefined },
    { name: 'idle at the limit itself', at: IDLE, want: ['idle', IDLE] },
    { name: 'idle 1 ms after it, reached at the limit', at: IDLE + 1, want: ['idle', IDLE] },
    { name: 'nothing 1 ms before the absolute limit', last: 59, at: ABSOLUTE - 1, want: undefined },
    { name: 'absolute at the limit itself', last: 59, at: ABSOLUTE, want: ['absolute', ABSOLUTE] },
    { name: 'absolute 1 ms after it', last: 59, at: ABSOLUTE + 1, want: ['absolute', ABSOLUTE] },
    {
      name: 'nothing with a pause 1 ms short',
      last: 9,
      gap: IDLE - 1,
      at: 9.5 * MINUTE,
      want: undefined,
    },
    {
      name: 'idle by a pause as long as the limit',
      last: 9,
      gap: IDLE,
      at: 9.5 * MINUTE,
      want: ['idle', 9 * MINUTE],
    },
    {
      name: 'idle first when idle came first',
      last: 50,
      at: 90 * MINUTE,
      want: ['idle', 55 * MINUTE],
    },
    {
      name: 'absolute first when absolute came first',
      last: 58,
      at: 90 * MINUTE,
      want: ['absolute', ABSOLUTE],
    },
    { name: 'absolute on a tie', last: 55, at: 90 * MINUTE, want: ['absolute', ABSOLUTE] },
    {
      name: 'idle by a pause that ended before the absolute limit',
      last: 59,
      gap: IDLE,
      at: 90 * MINUTE,
      want: ['idle', 59 * MINUTE],
    },
    {
      name: 'absolute when the pause ended after it',
      last: 61,
      gap: IDLE,
      at: 90 * MINUTE,
      want: ['absolute', ABSOLUTE],
    },
    {
      name: 'absolute when the pause ended with it',
      last: 60,
      gap: IDLE,
      at: 90 * MINUTE,
      want: ['absolute', ABSOLUTE],
    },
  ] as const;
  for (const row of table) {
    it(`finds ${row.name}`, () => {
      const lastMs = ('last' in row ? row.last : 0) * MINUTE;
      const found = reachedLimit(record(lastMs, 'gap' in row ? row.gap : 0), BOTH, T0 + row.at);
      expect(found && [found.by, found.atMs - T0]).to.deep.equal(row.want);
    });
  }

  it('finds no idle limit when idle is off, however long the pauses are', () => {
    const timeouts = { idleTimeoutMs: undefined, absoluteTimeoutMs: ABSOLUTE };
    expect(reachedLimit(record(0, 1e9), timeouts, T0 + ABSOLUTE - 1)).to.equal(undefined);
    expect(reachedLimit(record(0), timeouts, T0 + ABSOLUTE)?.by).to.equal('absolute');
  });

  it('finds no absolute limit when absolute is off', () => {
    const timeouts = { idleTimeoutMs: IDLE, absoluteTimeoutMs: undefined };
    expect(reachedLimit(record(1e9), timeouts, T0 + 1e9 + IDLE - 1)).to.equal(undefined);
  });

  it('finds no limit with both off', () => {
    const off = { idleTimeoutMs: undefined, absoluteTimeoutMs: undefined };
    expect(reachedLimit(record(0, 1e12), off, T0 + 1e12)).to.equal(undefined);
  });

  it('gives the same reason and instant however late it is called', () => {
    const paused = record(57 * MINUTE, IDLE);
    const early = reachedLimit(paused, BOTH, T0 + 58 * MINUTE);
    const late = reachedLimit(paused, BOTH, T0 + 900 * MINUTE);
    expect(late).to.deep.equal(early);
  });
});

describe('presentOf', () => {
  it('is the clock, but never earlier than the record', () => {
    expect(presentOf(record(MINUTE), T0 + 2 * MINUTE)).to.equal(T0 + 2 * MINUTE);
    expect(presentOf(record(MINUTE), T0 - 90 * MINUTE)).to.equal(T0 + MINUTE);
  });
});
