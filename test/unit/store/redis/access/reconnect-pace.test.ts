import { expect } from 'chai';
import { ReconnectPace } from '../../../../../src/store/redis/access/reconnect-pace.ts';

describe('the pace of attempts to connect', () => {
  let nowMs: number;
  let pace: ReconnectPace;

  beforeEach(() => {
    nowMs = 5_000;
    pace = new ReconnectPace(() => nowMs);
  });

  /** The delays after so many connections, each lost after that time. */
  const delaysOf = (connections: number, lastingMs: number): number[] =>
    Array.from({ length: connections }, () => {
      pace.settled();
      nowMs += lastingMs;
      return pace.nextMs();
    });
  const within = (delays: readonly number[], longest: readonly number[]): void => {
    expect(delays).to.have.length(longest.length);
    for (const [index, delay] of delays.entries()) {
      const most = longest[index] ?? NaN;
      expect(delay, `delay ${index}`).to.be.within(most / 2, most);
    }
  };

  it('doubles after each attempt that failed, up to a second', () => {
    within(
      Array.from({ length: 7 }, () => pace.nextMs()),
      [50, 100, 200, 400, 800, 1_000, 1_000],
    );
  });

  it('begins anew after each connection that has lasted a second', () => {
    within(delaysOf(4, 1_000), [50, 50, 50, 50]);
  });

  it('doubles after each connection that was lost sooner', () => {
    within(delaysOf(6, 999), [100, 200, 400, 800, 1_000, 1_000]);
  });

  it('hurries after an outage as long as it was, if the first connection after it is lost soon', () => {
    for (let attempt = 0; attempt < 20; attempt += 1) pace.nextMs();
    within(delaysOf(1, 10), [100]);
  });

  it('counts the attempts since the last connection that could be used', () => {
    pace.nextMs();
    pace.nextMs();
    expect(pace.failed).to.equal(2);
    delaysOf(3, 10);
    expect(pace.failed).to.equal(1);
    pace.settled();
    expect(pace.failed).to.equal(0);
  });
});
