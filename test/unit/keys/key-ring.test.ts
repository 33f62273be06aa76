import { expect } from 'chai';
import { KeyRing } from '../../../src/keys/key-ring.ts';
import { createSessionNames, keyFingerprint } from '../../../src/keys/session-names.ts';
import { ManualClock } from '../../support/time/manual-clock.ts';

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

  it('names sessions with the newest key of the file, and looks them up with all', () => {
    const ring = ringOf(NEW, OLD);
    expect(names(ring)).to.deep.equal([nameUnder(NEW), nameUnder(OLD)]);
    expect(uses(ring)).to.deep.equal([`writes ${fresh}`, `reads ${old}`]);
  });

  it('looks up with a new key at once, and writes with it once the replicas have settled that', () => {
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

  it('lets a running check keep the keys that it began with', () => {
    const ring = ringOf(OLD);
    const begun = ring.namesOf('web', 'one');
    ring.replace([NEW, OLD]);
    agree(ring, fresh, old, fresh);
    expect([begun.key, ...begun.olderKeys()]).to.deep.equal([nameUnder(OLD)]);
  });

  it('announces a new key only once every running check has it', () => {
    const ring = ringOf(OLD);
    expect(ring.announced()).to.deep.equal([old]);
    ring.replace([NEW, OLD]);
    expect(ring.announced()).to.deep.equal([old]);
    clock.advance(SETTLE_MS - 1);
    expect(ring.announced()).to.deep.equal([old]);
    clock.advance(1);
    expect(ring.announced()).to.deep.equal([fresh, old]);
    // Another order adds no key.
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
    expect(names(ring), 'until the other replicas know that it goes').to.have.length(2);
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
    // Meanwhile another replica has begun to write with it.
    expect(ring.lack(fresh)).to.equal(false);
    expect(names(ring)).to.deep.equal([nameUnder(OLD), nameUnder(NEW)]);
    clock.advance(SETTLE_MS);
    expect(ring.announced()).to.deep.equal([old, fresh]);
    agree(ring, old, old, fresh);
    expect(ring.retired).to.deep.equal([fresh]);
    expect(ring.lack(next)).to.equal(true);
  });

  it('does not forget a key in answer to an announcement that still contained it', () => {
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

  it('takes back a lost key, and forgets one that was never used for writing', () => {
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

  it('keeps a limited number of lost keys', () => {
    const ring = ringOf(OLD);
    for (let byte = 10; byte < 30; byte += 1) {
      ring.replace([new Uint8Array(32).fill(byte)]);
      if (byte === 15) agree(ring, undefined);
    }
    expect(ring.isLeaving, 'those that were dropped').to.equal(false);
    expect(ring.retired).to.have.length(8);
    expect(ring.retired[0]).to.equal(keyFingerprint(new Uint8Array(32).fill(28)));
  });

  it('has a key for writing only once the replicas have settled it', () => {
    const ring = ringOf(NEW, OLD);
    expect(ring.writing).to.equal(undefined);
    agree(ring, old, old);
    expect(ring.writing).to.equal(old);
  });

  it('keeps writing as before when the settled key is unknown here', () => {
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

    it('not while it is missing a key of other replicas', () => {
      const ring = ringOf(OLD);
      agree(ring, old, old);
      ring.lack(fresh);
      expect(ring.whyIncomplete()).to.match(/is missing a server key/);
      ring.replace([OLD, NEW]);
      expect(
        ring.whyIncomplete(),
        'the replicas have not confirmed yet that this was the missing key',
      ).to.match(/is missing/);
      agree(ring, old, old, fresh);
      expect(ring.whyIncomplete()).to.equal(undefined);
    });

    it('not after others wrote with a key that it was about to forget, until it has asked again', () => {
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

    it('not after it had to drop a lost key that may still be needed', () => {
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

    it('only as long as the other replicas cannot treat it as gone', () => {
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
