import { expect } from 'chai';
import { HostLookups } from '../../../../../src/store/redis/access/host-lookup.ts';

const ADDRESS = { address: '127.0.0.1', family: 4 };

describe('looking host names up', () => {
  let nowMs: number;
  /** The open questions: each is answered by calling it. */
  let open: ((error: Error | null) => void)[];
  let asked: string[];
  let lookups: HostLookups;

  beforeEach(() => {
    nowMs = 1_000;
    open = [];
    asked = [];
    lookups = new HostLookups({
      lookup: (host, _options, answered) => {
        asked.push(host);
        open.push((error) => answered(error, [ADDRESS]));
      },
      clock: () => nowMs,
    });
  });

  const look = async (host = 'store.test') =>
    new Promise<string>((resolve) => {
      lookups.lookup(host, { all: true }, (error, found) => {
        resolve(error === null ? JSON.stringify(found) : error.message);
      });
    });
  const FOUND = JSON.stringify([ADDRESS]);
  const answer = (afterMs: number, error: Error | null = null) => {
    nowMs += afterMs;
    open.shift()?.(error);
  };

  it('asks once for all who wait, and each name on its own', async () => {
    const waiting = [look(), look(), look('other.test')];
    expect(asked).to.deep.equal(['store.test', 'other.test']);
    answer(1);
    answer(1);
    expect(await Promise.all(waiting)).to.deep.equal([FOUND, FOUND, FOUND]);
  });

  it('asks again after an answer in time: the address may have changed', async () => {
    const first = look();
    answer(499);
    await first;
    void look();
    expect(asked).to.have.length(2);
  });

  it('keeps an answer that came too late for an attempt, for one more attempt', async () => {
    void look();
    answer(500);
    nowMs += 1_499;
    expect(await look()).to.equal(FOUND);
    void look();
    expect(asked).to.have.length(2);
  });

  it('keeps it no longer than that', async () => {
    void look();
    answer(500);
    nowMs += 1_500;
    void look();
    expect(asked).to.have.length(2);
  });

  it('passes a fault on, also one that came late', async () => {
    const first = look();
    answer(5_000, new Error('EAI_AGAIN'));
    expect(await first).to.equal('EAI_AGAIN');
    expect(await look()).to.equal('EAI_AGAIN');
    expect(asked).to.have.length(1);
  });
});
