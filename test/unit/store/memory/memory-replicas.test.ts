import { expect } from 'chai';
import { compareReplicas } from '../../../../src/store/compare-replicas.ts';
import { MemoryReplicas } from '../../../../src/store/memory/memory-replicas.ts';
import { ManualClock } from '../../../support/time/manual-clock.ts';

const RETENTION_MS = 1_000;

describe('memory-replicas', () => {
  const clock = new ManualClock();
  const own = (...fingerprints: string[]) => ({
    replica: 'one',
    fingerprints,
    writing: undefined,
    sourceDigest: 'web',
    retentionMs: RETENTION_MS,
    abilities: [],
  });

  it('write with the first key, and keep the earlier ones while they matter', () => {
    const replicas = new MemoryReplicas(clock.now);
    expect(replicas.announce(own('old'))).to.include({ writes: 'old', lacking: 0 });
    const entries = replicas.announce(own('new', 'old'));
    expect(entries.writes).to.equal('new');
    expect([...entries.keys.keys()]).to.deep.equal(['old', 'new']);
    clock.advance(RETENTION_MS + 1);
    expect([...replicas.announce(own('new', 'old')).keys.keys()]).to.deep.equal(['new']);
  });

  it('notice a key that was removed too early', () => {
    const replicas = new MemoryReplicas(clock.now);
    replicas.announce(own('old'));
    const entries = replicas.announce(own('new'));
    expect(entries.writes).to.equal(undefined);
    expect(compareReplicas(entries, own('new')).keys).to.deep.equal({
      kind: 'foreign_key',
      fingerprint: 'old',
    });
  });
});
