import { expect } from 'chai';
import { pino } from 'pino';
import { KeyAgreement } from '../../../src/app/key-agreement.ts';
import { KeyRing } from '../../../src/app/key-ring.ts';
import { Metrics } from '../../../src/app/metrics.ts';
import { Readiness } from '../../../src/app/readiness.ts';
import { keyFingerprint } from '../../../src/app/session-names.ts';
import type { ReplicaEntries } from '../../../src/store/judge-replicas.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const [OLD, NEW] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const [old, fresh] = [keyFingerprint(OLD), keyFingerprint(NEW)];

describe('key-agreement', () => {
  let lines: string[];
  let ring: KeyRing;
  let readiness: Readiness;
  let metrics: Metrics;
  let agreement: KeyAgreement;
  const clock = new ManualClock();

  beforeEach(() => {
    lines = [];
    ring = new KeyRing([OLD], 150, clock.now);
    readiness = new Readiness(() => undefined);
    metrics = new Metrics('test');
    const log = pino({ base: null }, { write: (line) => lines.push(line) });
    agreement = new KeyAgreement({ ring, readiness, metrics, log });
  });

  const entries = (part: Partial<ReplicaEntries> & { readonly needed?: readonly string[] }) => ({
    nowMs: clock.now(),
    writes: old,
    lacking: 0,
    sources: new Map<string, number>(),
    keys: new Map((part.needed ?? [old]).map((key) => [key, clock.now()])),
    ...part,
  });
  const agree = (part: Parameters<typeof entries>[0] = {}) =>
    agreement.judged({ kind: 'agree' }, entries(part), clock.now());
  const disagree = (fingerprint: string) =>
    agreement.judged(
      { kind: 'foreign_key', fingerprint },
      entries({ writes: undefined }),
      clock.now(),
    );
  const events = () => lines.splice(0).map((line) => (JSON.parse(line) as { event: string }).event);
  const sample = async (name: string) =>
    new RegExp(`^${name} (\\S+)$`, 'm').exec((await metrics.exposition()).text)?.[1];

  it('is ready when the keys agree, and tells once with which key sessions are opened', () => {
    agree();
    agree();
    expect(readiness.holds('keys')).to.equal(true);
    expect(events()).to.deep.equal(['keys_written']);
  });

  it('is not ready without a key of the others, opens nothing, and recovers by itself', async () => {
    agree();
    events();
    disagree(fresh);
    disagree(fresh);
    expect(readiness.holds('keys')).to.equal(false);
    expect(ring.whyIncomplete()).to.not.equal(undefined);
    expect(await sample('curfew_replica_keys_disagree')).to.equal('1');
    expect(lines[0]).to.contain(`HDEL curfew:1:replicas key:${fresh}`);
    expect(events()).to.deep.equal(['keys_disagree']);
    ring.replace([OLD, NEW]);
    agree({ needed: [old, fresh] });
    expect(readiness.holds('keys')).to.equal(true);
    expect(ring.whyIncomplete()).to.equal(undefined);
    expect(await sample('curfew_replica_keys_disagree')).to.equal('0');
    expect(events()).to.deep.equal(['keys_agree']);
  });

  it('tells that a key at the top waits for others, and when it is written with', async () => {
    agree();
    ring.replace([NEW, OLD]);
    events();
    agree({ lacking: 2 });
    agree({ lacking: 1 });
    expect(lines[0]).to.contain(`"key":"${fresh}","replicas":2`);
    expect(events()).to.deep.equal(['key_waits']);
    expect(readiness.holds('keys')).to.equal(true);
    agree({ writes: fresh });
    expect(events()).to.deep.equal(['keys_written']);
    const text = (await metrics.exposition()).text;
    expect(text).to.contain(`curfew_key_info{fingerprint="${fresh}",use="writes"} 1`);
    expect(text).to.contain(`curfew_key_info{fingerprint="${old}",use="reads"} 1`);
  });

  it('turns red while it keeps a key that the file has lost too early, and stays ready', async () => {
    agree();
    ring.replace([NEW]);
    events();
    agree({ writes: fresh, needed: [old, fresh] });
    agree({ writes: fresh, needed: [old, fresh] });
    expect(events()).to.deep.equal(['keys_written', 'key_dropped_early']);
    expect(await sample('curfew_key_file_last_reload_successful')).to.equal('0');
    expect(await sample('curfew_key_file_keys')).to.equal('2');
    expect(readiness.holds('keys')).to.equal(true);
    agree({ writes: fresh, needed: [fresh] });
    ring.announced();
    agree({ writes: fresh, needed: [fresh] });
    expect(events()).to.deep.equal(['keys_whole']);
    expect(await sample('curfew_key_file_last_reload_successful')).to.equal('1');
    expect(await sample('curfew_key_file_keys')).to.equal('1');
  });

  it('stays green when a key goes that nobody needs', async () => {
    agree();
    ring.replace([OLD, NEW]);
    agree();
    ring.replace([OLD]);
    events();
    agree();
    expect(events()).to.deep.equal([]);
    expect(await sample('curfew_key_file_last_reload_successful')).to.equal('1');
  });
});
