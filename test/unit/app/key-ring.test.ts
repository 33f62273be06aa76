import { expect } from 'chai';
import { KeyRing } from '../../../src/app/key-ring.ts';
import { createSessionNames, keyFingerprint } from '../../../src/app/session-names.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const [OLD, NEW, NEXT] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const [old, fresh, next] = [OLD, NEW, NEXT].map(keyFingerprint) as [string, string, string];
const SETTLE_MS = 150;
const AGREEMENT_MAX_MS = 45_000;

describe('key-ring', () => {
  let clock: ManualClock;

  beforeEach(() => {
    clock = new ManualClock();
  });

  const ringOf = (...secrets: Uint8Array[]) => new KeyRing(secrets, SETTLE_MS, clock.now);
  const agree = (ring: KeyRing, writes: string | undefined, ...needed: string[]) =>
    ring.agree(writes, new Set(needed), clock.now());
  const nameUnder = (secret: Uint8Array) => createSessionNames([secret])('web', 'one').key;
  /** The names of one session, the one that is written first. */
  const names = (ring: KeyRing) => {
    const { key, olderKeys } = ring.namesOf('web', 'one');
    return [key, ...olderKeys()];
  };
  const uses = (ring: KeyRing) =>
    ring.uses().map(({ fingerprint, use }) => `${use} ${fingerprint}`);

  it('names sessions under the newest key of the file, and looks them up under all', () => {
    const ring = ringOf(NEW, OLD);
    expect(names(ring)).to.deep.equal([nameUnder(NEW), nameUnder(OLD)]);
    expect(uses(ring)).to.deep.equal([`writes ${fresh}`, `reads ${old}`]);
  });

  it('looks up with a new key at once, and writes with it when the replicas have settled that', () => {
    const ring = ringOf(OLD);
    agree(ring, old, old);
    ring.replace([NEW, OLD]);
    expect(names(ring)).to.deep.equal([nameUnder(OLD), nameUnder(NEW)]);
    agree(ring, old, old);
    expect(names(ring)).to.deep.equal([nameUnder(OLD), nameUnder(NEW)]);
    agree(ring, fresh, old, fresh);
    expect(names(ring)).to.deep.equal([nameUnder(NEW), nameUnder(OLD)]);
    expect(uses(ring)).to.deep.equal([`writes ${fresh}`, `reads ${old}`]);
  });

  it('leaves a check that has begun with the keys of its beginning', () => {
    const ring = ringOf(OLD);
    const begun = ring.namesOf('web', 'one');
    ring.replace([NEW, OLD]);
    agree(ring, fresh, old, fresh);
    expect([begun.key, ...begun.olderKeys()]).to.deep.equal([nameUnder(OLD)]);
  });

  it('tells of a new key only when no check can go on without it', () => {
    const ring = ringOf(OLD);
    expect(ring.announced()).to.deep.equal([old]);
    ring.replace([NEW, OLD]);
    expect(ring.announced()).to.deep.equal([old]);
    clock.advance(SETTLE_MS - 1);
    expect(ring.announced()).to.deep.equal([old]);
    clock.advance(1);
    expect(ring.announced()).to.deep.equal([fresh, old]);
    // In another order nothing is new about them.
    ring.replace([OLD, NEW]);
    expect(ring.announced()).to.deep.equal([old, fresh]);
  });

  it('keeps a key that the file has lost while sessions under it matter, and no longer', () => {
    const ring = ringOf(OLD);
    agree(ring, old, old);
    ring.replace([NEW]);
    expect(names(ring)).to.deep.equal([nameUnder(OLD), nameUnder(NEW)]);
    clock.advance(SETTLE_MS);
    expect(ring.announced()).to.deep.equal([fresh, old]);
    agree(ring, fresh, old, fresh);
    expect(names(ring)).to.deep.equal([nameUnder(NEW), nameUnder(OLD)]);
    expect(ring.retired).to.deep.equal([old]);
    agree(ring, fresh, fresh);
    expect(names(ring), 'until the others have heard that it goes').to.have.length(2);
    expect(ring.announced()).to.deep.equal([fresh]);
    agree(ring, fresh, fresh);
    expect(names(ring)).to.deep.equal([nameUnder(NEW)]);
    expect(ring.retired).to.deep.equal([]);
    expect(ring.announced()).to.deep.equal([fresh]);
  });

  it('does not forget a key that others begin to write with while they believe that all have it', () => {
    const ring = ringOf(OLD);
    agree(ring, old, old);
    ring.replace([OLD, NEW]);
    ring.replace([OLD]);
    agree(ring, old, old);
    expect(ring.isLeaving).to.equal(true);
    expect(ring.announced()).to.deep.equal([old]);
    // Meanwhile they have.
    expect(ring.lack(fresh)).to.equal(false);
    expect(names(ring)).to.deep.equal([nameUnder(OLD), nameUnder(NEW)]);
    clock.advance(SETTLE_MS);
    expect(ring.announced()).to.deep.equal([old, fresh]);
    agree(ring, old, old, fresh);
    expect(ring.retired).to.deep.equal([fresh]);
    expect(ring.lack(next)).to.equal(true);
  });

  it('does not forget a key in answer to what was told before it was to go', () => {
    const ring = ringOf(OLD);
    ring.replace([NEW, OLD]);
    ring.announced();
    ring.replace([NEW]);
    agree(ring, fresh, fresh);
    agree(ring, fresh, fresh);
    expect(names(ring)).to.have.length(2);
    ring.announced();
    agree(ring, fresh, fresh);
    expect(names(ring)).to.have.length(1);
  });

  it('takes a lost key back, and forgets one that was never written with', () => {
    const ring = ringOf(OLD);
    agree(ring, old, old);
    ring.replace([OLD, NEW]);
    ring.replace([OLD]);
    expect(ring.retired).to.deep.equal([fresh]);
    agree(ring, old, old);
    expect(ring.retired).to.deep.equal([]);
    ring.announced();
    agree(ring, old, old);
    ring.replace([NEXT]);
    ring.replace([NEXT, OLD]);
    expect(ring.retired).to.deep.equal([]);
    expect(ring.listed).to.deep.equal([next, old]);
    expect(uses(ring)).to.deep.equal([`writes ${old}`, `reads ${next}`]);
  });

  it('holds a limited number of lost keys', () => {
    const ring = ringOf(OLD);
    for (let byte = 10; byte < 30; byte += 1) {
      ring.replace([new Uint8Array(32).fill(byte)]);
      if (byte === 15) agree(ring, undefined);
    }
    expect(ring.isLeaving, 'those that were let go').to.equal(false);
    expect(ring.retired).to.have.length(8);
    expect(ring.retired[0]).to.equal(keyFingerprint(new Uint8Array(32).fill(28)));
  });

  it('has a key that it writes with only when the replicas have settled it', () => {
    const ring = ringOf(NEW, OLD);
    expect(ring.writing).to.equal(undefined);
    agree(ring, old, old);
    expect(ring.writing).to.equal(old);
  });

  it('goes on writing as before when it is told of a key that it does not have', () => {
    const ring = ringOf(OLD);
    agree(ring, 'stranger', 'stranger');
    expect(names(ring)).to.deep.equal([nameUnder(OLD)]);
  });

  describe('is complete', () => {
    it('only after the keys were compared', () => {
      const ring = ringOf(OLD);
      expect(ring.whyIncomplete()).to.equal('the server keys have not been compared yet');
      agree(ring, old, old);
      expect(ring.whyIncomplete()).to.equal(undefined);
    });

    it('not while it lacks a key of the others', () => {
      const ring = ringOf(OLD);
      agree(ring, old, old);
      ring.lack(fresh);
      expect(ring.whyIncomplete()).to.match(/lacks a server key/);
      ring.replace([OLD, NEW]);
      expect(ring.whyIncomplete(), 'nobody has said yet that this was the one').to.match(/lacks/);
      agree(ring, old, old, fresh);
      expect(ring.whyIncomplete()).to.equal(undefined);
    });

    it('not after it was told of a key that it was about to forget: the others do not count on it until it asks again', () => {
      const ring = ringOf(OLD);
      ring.replace([OLD, NEW]);
      ring.replace([OLD]);
      agree(ring, old, old);
      expect(ring.isLeaving).to.equal(true);
      ring.announced();
      ring.lack(fresh);
      expect(ring.whyIncomplete()).to.equal('the server keys have not been compared yet');
      agree(ring, old, old, fresh);
      expect(ring.whyIncomplete()).to.equal(undefined);
    });

    it('not when it had to let a lost key go that nobody has called needless', () => {
      const ring = ringOf(OLD);
      agree(ring, old, old);
      const files = [10, 20].map((first) =>
        Array.from({ length: 8 }, (_, index) => new Uint8Array(32).fill(first + index)),
      );
      ring.replace(files[0] ?? []);
      expect(ring.whyIncomplete()).to.equal(undefined);
      ring.replace(files[1] ?? []);
      expect(ring.retired).to.not.include(old);
      expect(ring.whyIncomplete()).to.equal('the server keys have not been compared yet');
    });

    it('only so long as the others cannot take it for gone', () => {
      const ring = ringOf(OLD);
      agree(ring, old, old);
      clock.advance(AGREEMENT_MAX_MS);
      expect(ring.whyIncomplete()).to.equal(undefined);
      clock.advance(1);
      expect(ring.whyIncomplete()).to.match(/too long/);
      agree(ring, old, old);
      expect(ring.whyIncomplete()).to.equal(undefined);
    });
  });
});
