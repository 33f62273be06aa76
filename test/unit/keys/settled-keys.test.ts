import { expect } from 'chai';
import type { KeySettlement } from '../../../src/keys/key-observer.ts';
import { KeyRing } from '../../../src/keys/key-ring.ts';
import { keyFingerprint } from '../../../src/keys/session-names.ts';
import { SettledKeys } from '../../../src/keys/settled-keys.ts';
import type { ReplicaEntries } from '../../../src/store/compare-replicas.ts';
import { ManualClock } from '../../support/time/manual-clock.ts';

const [OLD, NEW] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const [old, fresh] = [keyFingerprint(OLD), keyFingerprint(NEW)];

describe('SettledKeys', () => {
  let ring: KeyRing;
  let settled: SettledKeys;
  let settlements: KeySettlement[];
  let missing: string[];
  const clock = new ManualClock();

  beforeEach(() => {
    ring = new KeyRing([OLD], 150, clock.now);
    settlements = [];
    missing = [];
    settled = new SettledKeys(ring, {
      settled: (settlement) => settlements.push(settlement),
      missing: (fingerprint) => missing.push(fingerprint),
    });
  });

  const entries = (part: Partial<ReplicaEntries> & { readonly needed?: readonly string[] }) => ({
    nowMs: clock.now(),
    writes: old,
    lacking: 0,
    abilities: new Set<string>(),
    sources: new Map<string, number>(),
    keys: new Map((part.needed ?? [old]).map((key) => [key, clock.now()])),
    ...part,
  });
  const agree = (part: Parameters<typeof entries>[0] = {}) =>
    settled.compare({ kind: 'agree' }, entries(part), clock.now());
  const disagree = (fingerprint: string) =>
    settled.compare(
      { kind: 'foreign_key', fingerprint },
      entries({ writes: undefined }),
      clock.now(),
    );

  it('has nothing to change when all replicas have the key of the file', () => {
    expect(agree()).to.deep.equal({ missing: undefined, isChanging: false });
    expect(settlements).to.deep.equal([
      { uses: [{ fingerprint: old, use: 'writes' }], waiting: undefined, lost: [] },
    ]);
  });

  it('is missing a key of the other replicas until the file lists it', () => {
    agree();
    expect(disagree(fresh)).to.deep.equal({ missing: fresh, isChanging: true });
    expect(ring.whyIncomplete()).to.not.equal(undefined);
    expect(missing).to.deep.equal([fresh]);
    ring.replace([OLD, NEW]);
    expect(agree({ needed: [old, fresh] })).to.deep.equal({
      missing: undefined,
      isChanging: false,
    });
    expect(ring.whyIncomplete()).to.equal(undefined);
  });

  it('waits with a new key until all other replicas have it, and then writes with it', () => {
    agree();
    ring.replace([NEW, OLD]);
    expect(agree({ lacking: 2 })).to.deep.equal({ missing: undefined, isChanging: true });
    expect(settlements.at(-1)?.waiting).to.deep.equal({ fingerprint: fresh, replicas: 2 });
    expect(settlements.at(-1)?.uses[0]?.fingerprint).to.equal(old);
    expect(agree({ writes: fresh }).isChanging).to.equal(false);
    expect(settlements.at(-1)).to.deep.equal({
      uses: [
        { fingerprint: fresh, use: 'writes' },
        { fingerprint: old, use: 'reads' },
      ],
      waiting: undefined,
      lost: [],
    });
  });

  it('does not wait for other replicas with a key that none of them is missing', () => {
    agree();
    ring.replace([NEW, OLD]);
    // This replica was not counted yet, so the replicas go on with the older key.
    expect(agree({ lacking: 0 }).isChanging).to.equal(false);
    expect(settlements.at(-1)?.waiting).to.equal(undefined);
  });

  it('keeps a key that the file lost too early, and reports it', () => {
    agree();
    ring.replace([NEW]);
    agree({ writes: fresh, needed: [old, fresh] });
    expect(settlements.at(-1)?.lost).to.deep.equal([old]);
    expect(settlements.at(-1)?.uses).to.have.length(2);
  });

  it('forgets a lost key that is no longer needed once the other replicas know', () => {
    agree();
    ring.replace([NEW]);
    const goes = { writes: fresh, needed: [fresh] };
    expect(agree(goes)).to.deep.equal({ missing: undefined, isChanging: true });
    expect(settlements.at(-1)?.lost).to.deep.equal([]);
    ring.announced();
    expect(agree(goes).isChanging).to.equal(false);
    expect(settlements.at(-1)?.uses).to.deep.equal([{ fingerprint: fresh, use: 'writes' }]);
  });

  it('is not missing a key that it was about to forget when others began to write with it', () => {
    agree();
    ring.replace([OLD, NEW]);
    ring.replace([OLD]);
    agree();
    expect(disagree(fresh)).to.deep.equal({ missing: undefined, isChanging: true });
    expect(missing).to.deep.equal([]);
  });
});
