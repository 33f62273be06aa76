import { expect } from 'chai';
import { PrimaryCandidates } from '../../../../../src/store/redis/sentinel/primary-candidates.ts';
import type { NamedPrimary } from '../../../../../src/store/redis/sentinel/sentinel-view.ts';
import { ManualClock } from '../../../../support/time/manual-clock.ts';

const SENTINELS = 3;
const HEARD_BY_ALL_MS = 3_000;

function server(host: string, epoch: number, votes: number): NamedPrimary {
  return { address: { host, port: 6379 }, epoch, votes, isAgreed: votes > SENTINELS / 2 };
}

describe('the servers that Sentinels name', () => {
  let clock: ManualClock;
  let named: readonly NamedPrimary[];
  let candidates: PrimaryCandidates;

  beforeEach(() => {
    clock = new ManualClock();
    named = [];
    candidates = new PrimaryCandidates(() => named, clock.now);
  });

  const hosts = (): string => {
    return candidates
      .list()
      .map(({ address: { host } }) => host)
      .join();
  };

  it('are not tried while a newer one is named', () => {
    named = [server('new', 2, 1), server('old', 1, 1)];
    expect(hosts()).to.equal('new');
    candidates.failed(server('new', 2, 1));
    clock.advance(10 * HEARD_BY_ALL_MS);
    expect(hosts(), 'as many name it').to.equal('new');
  });

  it('are tried when one Sentinel alone goes on naming a newer one, which cannot be used', () => {
    const [lie, primary] = [server('lie', 9, 1), server('primary', 1, 2)];
    named = [lie, primary];
    candidates.failed(lie);
    clock.advance(HEARD_BY_ALL_MS - 1);
    expect(hosts()).to.equal('lie');
    clock.advance(1);
    expect(hosts()).to.equal('primary,lie');
    expect(candidates.isLeft(primary)).to.equal(false);
  });

  it('are tried at once when the newer one says that it is not a primary', () => {
    const [replica, primary] = [server('replica', 9, 1), server('primary', 1, 1)];
    named = [replica, primary];
    candidates.failed(replica, true);
    expect(hosts()).to.equal('primary,replica');
    named = [replica];
    expect(candidates.isLeft(primary)).to.equal(false);
  });

  it('are never tried beside a newer one that most Sentinels name', () => {
    const newer = server('new', 2, 2);
    named = [newer, server('old', 1, 1)];
    candidates.failed(newer, true);
    clock.advance(10 * HEARD_BY_ALL_MS);
    expect(hosts()).to.equal('new');
  });

  it('are left when most Sentinels name a newer one, or it could be used, or its epoch is new', () => {
    const [newer, old] = [server('new', 2, 1), server('old', 1, 2)];
    named = [newer, old];
    candidates.failed(newer, true);
    candidates.used(old);
    expect(candidates.isLeft(old)).to.equal(false);
    named = [server('new', 2, 2), server('old', 1, 1)];
    expect(candidates.isLeft(old), 'named by most').to.equal(true);
    named = [server('new', 3, 1), server('old', 1, 2)];
    expect(candidates.isLeft(old), 'another epoch').to.equal(true);
    named = [newer, old];
    expect(candidates.newerThan(old)).to.deep.equal([newer]);
    candidates.usable(newer);
    expect(candidates.isLeft(old), 'could be used').to.equal(true);
  });

  it('are left for a newer one also when they are not named any more', () => {
    named = [server('new', 2, 1)];
    expect(candidates.isLeft(server('old', 1, 0))).to.equal(true);
    expect(candidates.isLeft(server('new', 1, 0)), 'the epoch of the same one grows').to.equal(
      false,
    );
  });

  it('are not used after a newer one was, however long that one is away', () => {
    const [used, old] = [server('used', 2, 1), server('old', 1, 2)];
    named = [used, old];
    candidates.used(used);
    candidates.failed(used);
    clock.advance(10 * HEARD_BY_ALL_MS);
    expect(hosts()).to.equal('used');
    named = [server('old', 1, 1)];
    expect(hosts(), 'the Sentinel that knew more is gone, too').to.equal('');
    clock.advance(10 * HEARD_BY_ALL_MS);
    expect(hosts()).to.equal('');
    expect(candidates.areNamed).to.equal(true);
  });

  it('are used with a lower epoch when most Sentinels begin again', () => {
    candidates.used(server('used', 7, 3));
    named = [server('used', 7, 1), server('anew', 0, 2)];
    expect(hosts()).to.equal('used');
    clock.advance(10 * HEARD_BY_ALL_MS);
    named = [server('anew', 0, 2)];
    expect(hosts(), 'others may not have heard yet').to.equal('');
    clock.advance(HEARD_BY_ALL_MS);
    expect(hosts()).to.equal('anew');
    candidates.used(server('anew', 0, 2));
    named = [server('next', 1, 1), server('anew', 0, 2)];
    expect(hosts(), 'epochs count from there').to.equal('next');
  });

  it('are used again, whatever epoch Sentinels know that were set up since then', () => {
    candidates.used(server('used', 7, 3));
    const used = server('used', 0, 1);
    named = [server('next', 1, 1), used];
    expect(hosts(), 'one of them').to.equal('used');
    expect(candidates.isLeft(used)).to.equal(false);
    named = [server('used', 0, 2)];
    expect(hosts()).to.equal('used');
    named = [server('next', 1, 1), server('used', 0, 2)];
    expect(candidates.isLeft(used), 'most of them').to.equal(true);
    expect(hosts()).to.equal('next');
  });

  it('that were refused do not count as used', () => {
    candidates.failed(server('lie', 99, 1), true);
    named = [server('primary', 1, 1)];
    expect(hosts()).to.equal('primary');
  });

  it('are tried in turn with the same epoch', () => {
    named = [server('one', 1, 2), server('other', 1, 1)];
    expect(hosts()).to.equal('one,other');
    expect(candidates.isLeft(server('other', 1, 1))).to.equal(false);
  });

  it('are remembered in limited number', () => {
    const first = server('first', 1, 1);
    candidates.failed(first, true);
    for (let epoch = 2; epoch < 100; epoch += 1) candidates.failed(server('lie', epoch, 1), true);
    named = [first];
    expect(candidates.isLeft(server('old', 0, 1)), 'the first was forgotten').to.equal(true);
  });
});
