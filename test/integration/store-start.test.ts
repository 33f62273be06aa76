import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { judgeReplicas } from '../../src/store/judge-replicas.ts';
import type { ReplicaAnnouncement } from '../../src/store/judge-replicas.ts';
import { openStore } from '../../src/store/open-store.ts';
import { redisServerOrSkip } from '../support/provision.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { StoreJournal } from '../support/store-journal.ts';
import { touchOf } from '../support/store-requests.ts';
import { openAdmin, openAsCurfew, startGuardedRedis, untilUp } from '../support/store-world.ts';
import { touched } from '../support/touched.ts';

const DAY = 86_400_000;

function own(part: Partial<ReplicaAnnouncement> = {}): ReplicaAnnouncement {
  return {
    writingFingerprint: 'new',
    fingerprints: ['new', 'old'],
    sourceDigest: 'web',
    retentionMs: 30 * DAY,
    ...part,
  };
}

describe('a Redis store at its start', () => {
  before(async function () {
    await redisServerOrSkip(this);
  });

  it('tells the server, its version and no warning with the settings that we ship', async () => {
    const file = join(import.meta.dirname, '..', '..', 'deploy', 'redis', 'redis.conf');
    const args = (await readFile(file, 'utf8'))
      .split('\n')
      .filter((line) => /^[a-z]/.test(line))
      .flatMap((line) => {
        const [name = '', ...values] = line.split(/\s+/);
        return [`--${name}`, ...values];
      });
    expect(args).to.include('noeviction');
    const server = await startGuardedRedis(args);
    const opened = await openAsCurfew(server);
    const inspection = await opened.inspect();
    expect(inspection).to.deep.include({ kind: 'usable', product: 'redis', warnings: [] });
    await opened.close();
    await server.stop();
  });

  it('warns of an eviction policy under which sessions may vanish', async () => {
    const server = await startGuardedRedis(['--maxmemory-policy', 'allkeys-lru']);
    const opened = await openAsCurfew(server);
    const inspection = await opened.inspect();
    const warnings = inspection.kind === 'usable' ? inspection.warnings : [];
    expect(warnings.map(({ kind }) => kind)).to.deep.equal(['eviction_policy']);
    expect(warnings[0]?.text).to.contain('allkeys-lru');
    await opened.close();
    await server.stop();
  });

  it('is refused everything beyond its own keys and commands', async () => {
    const server = await startGuardedRedis();
    const admin = openAdmin(server);
    const rule = String(await admin.acl('GETUSER', 'curfew'));
    for (const word of ['@admin', '@dangerous', 'allkeys', '~*']) expect(rule).to.not.contain(word);
    for (const command of [
      ['FLUSHALL'],
      ['CONFIG', 'GET', '*'],
      ['KEYS', '*'],
      ['GET', 'curfew:1:x'],
    ]) {
      const said = await admin.acl('DRYRUN', 'curfew', ...(command as [string]));
      expect(said).to.match(/no permissions/);
    }
    const foreign = await admin.acl('DRYRUN', 'curfew', 'HGET', 'other:1', 'x');
    expect(foreign).to.match(/no permissions/);
    admin.disconnect();
    await server.stop();
  });

  it('speaks TLS with a server whose certificate the file names, and with no other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'curfew-ca-'));
    const caFile = join(folder, 'ca.pem');
    const server = await startRedisServer({ tls: true });
    await writeFile(caFile, server.ca ?? '');
    const trusted = await openStore(server.url, { clock: Date.now, caFile });
    await untilUp(trusted);
    expect((await touched(trusted.store, touchOf('one'))).kind).to.equal('unknown');
    await trusted.close();

    const wary = await openStore(server.url, { clock: Date.now });
    await sleep(300);
    const fault = await touched(wary.store, touchOf('one')).catch((error: unknown) =>
      String(error),
    );
    expect(fault).to.match(/SELF_SIGNED|UNABLE_TO_VERIFY/);
    await wary.close();

    const plain = await openStore(server.url.replace('rediss', 'redis'), { clock: Date.now });
    await sleep(300);
    expect(await plain.inspect().catch((error: Error) => error.name)).to.equal('StoreUnavailable');
    await plain.close();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('measures how far the clocks are apart', async () => {
    const server = await startGuardedRedis();
    const journal = new StoreJournal();
    const clock = () => Date.now() - 90_000;
    const opened = await openAsCurfew(server, { observer: journal, clock });
    await opened.store.sweep(new Map(), 10);
    await opened.announce(own());
    expect(journal.skews).to.have.length(2);
    for (const skew of journal.skews) expect(skew).to.be.within(88, 92);
    await opened.close();
    await server.stop();
  });

  describe('announces itself', () => {
    it('and agrees with replicas that write with a key of its file', async () => {
      const server = await startGuardedRedis();
      const opened = await openAsCurfew(server);
      await opened.announce(own({ writingFingerprint: 'old', fingerprints: ['old'] }));
      const entries = await opened.announce(own());
      expect([...entries.keys.keys()]).to.have.members(['old', 'new']);
      expect(judgeReplicas(entries, own())).to.deep.equal({
        keys: { kind: 'agree' },
        sourcesDiffer: false,
      });
      await opened.close();
      await server.stop();
    });

    it('and sees that others write with a key that its file lacks, until that is long ago', async () => {
      const server = await startGuardedRedis();
      const opened = await openAsCurfew(server);
      const admin = openAdmin(server);
      await opened.announce(own({ writingFingerprint: 'foreign', sourceDigest: 'api' }));
      const seen = judgeReplicas(await opened.announce(own()), own());
      expect(seen).to.deep.equal({
        keys: { kind: 'foreign_key', fingerprint: 'foreign' },
        sourcesDiffer: true,
      });
      // The one that lacks a key is wrong: it must not turn the others out by what it says.
      expect(await admin.hkeys('curfew:1:replicas')).to.have.members([
        'key:foreign',
        'sources:api',
      ]);
      const longAgoMs = Date.now() - 31 * DAY;
      await admin.hset('curfew:1:replicas', 'key:foreign', longAgoMs, 'sources:api', longAgoMs);
      const entries = await opened.announce(own());
      expect([...entries.keys.keys()]).to.deep.equal(['new']);
      expect([...entries.sources.keys()]).to.deep.equal(['web']);
      expect(await admin.hkeys('curfew:1:replicas')).to.have.members(['key:new', 'sources:web']);
      admin.disconnect();
      await opened.close();
      await server.stop();
    });
  });
});
