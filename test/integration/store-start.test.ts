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
import type { Redis } from 'ioredis';
import type { OpenedStore } from '../../src/store/opened-store.ts';
import type { RedisServer } from '../support/redis-server.ts';

const DAY = 86_400_000;

function own(part: Partial<ReplicaAnnouncement> = {}): ReplicaAnnouncement {
  return {
    replica: 'one',
    writing: undefined,
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
    let server: RedisServer;
    let opened: OpenedStore;
    let admin: Redis;

    beforeEach(async () => {
      server = await startGuardedRedis();
      // What is told is tested here, not how fast.
      opened = await openAsCurfew(server, { commandTimeoutMs: 5_000 });
      admin = openAdmin(server);
    });
    afterEach(async () => {
      admin.disconnect();
      await opened.close();
      await server.stop();
    });

    const announce = (replica: string, fingerprints: readonly string[]) =>
      opened.announce(own({ replica, fingerprints }));
    const fields = () => admin.hkeys('curfew:1:replicas');

    it('and agrees with replicas that write with a key of its file', async () => {
      await announce('two', ['old']);
      const entries = await announce('one', ['new', 'old']);
      expect([...entries.keys.keys()]).to.have.members(['old']);
      expect(judgeReplicas(entries, own())).to.deep.equal({
        keys: { kind: 'agree' },
        sourcesDiffer: false,
      });
    });

    it('and sees that others write with a key that its file lacks, until that is long ago', async () => {
      await opened.announce(
        own({ replica: 'two', fingerprints: ['foreign'], sourceDigest: 'api' }),
      );
      const entries = await opened.announce(own());
      expect(entries.writes).to.equal(undefined);
      expect(judgeReplicas(entries, own())).to.deep.equal({
        keys: { kind: 'foreign_key', fingerprint: 'foreign' },
        sourcesDiffer: true,
      });
      // The one that lacks a key is wrong: it must not turn the others out by what it says.
      expect(await fields()).to.have.members(['key:foreign', 'sources:api', 'replica:two:foreign']);
      const longAgoMs = Date.now() - 31 * DAY;
      for (const field of await fields()) {
        // oxlint-disable-next-line no-await-in-loop
        await admin.hset('curfew:1:replicas', field, longAgoMs);
      }
      const later = await opened.announce(own());
      expect([...later.keys.keys()]).to.deep.equal(['new']);
      expect([...later.sources.keys()]).to.deep.equal(['web']);
      expect(await fields()).to.have.members(['key:new', 'sources:web', 'replica:one:new,old']);
    });

    it('and writes with the first of its keys that all others have', async () => {
      expect(await announce('one', ['a'])).to.include({ writes: 'a', lacking: 0 });
      expect(await announce('two', ['a'])).to.include({ writes: 'a', lacking: 0 });
      // Moved to the top before the other file has it at all.
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'a', lacking: 1 });
      expect(await fields()).to.not.include('key:b');
      expect(await announce('two', ['a', 'b'])).to.include({ writes: 'a', lacking: 0 });
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'b', lacking: 0 });
      // The other goes on with its own order, until its file changes.
      expect(await announce('two', ['a', 'b'])).to.include({ writes: 'a', lacking: 0 });
      expect(await announce('two', ['b', 'a'])).to.include({ writes: 'b', lacking: 0 });
    });

    it('and waits no longer for one that is silent, nor for one that is wrong', async () => {
      await announce('one', ['a']);
      await announce('two', ['a']);
      await admin.hset('curfew:1:replicas', 'replica:two:a', Date.now() - 61_000);
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'b', lacking: 0 });
      // The silent one comes back, and finds out that it lacks a key.
      expect((await announce('two', ['a'])).writes).to.equal(undefined);
      expect(await announce('one', ['c', 'b', 'a'])).to.include({ writes: 'c', lacking: 0 });
    });

    it('and changes nothing as the first who is back after an outage, lest it turn out those who are not back yet', async () => {
      await announce('two', ['a']);
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'a', lacking: 1 });
      for (const field of ['replica:one:b,a', 'replica:two:a']) {
        // oxlint-disable-next-line no-await-in-loop
        await admin.hset('curfew:1:replicas', field, Date.now() - 61_000);
      }
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'a', lacking: 0 });
      expect(await announce('two', ['a'])).to.include({ writes: 'a' });
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'a', lacking: 1 });
      // One that is alone goes on with the next look.
      await admin.hset('curfew:1:replicas', 'replica:two:a', Date.now() - 61_000);
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'b', lacking: 0 });
    });

    it('and goes on with its key when the store has lost everything, as nobody else is back yet', async () => {
      const waiting = own({ fingerprints: ['b', 'a'], writing: 'a' });
      await announce('two', ['a']);
      expect(await opened.announce(waiting)).to.include({ writes: 'a', lacking: 1 });
      await admin.flushall();
      expect(await opened.announce(waiting)).to.include({ writes: 'a', lacking: 0 });
      expect(await announce('two', ['a'])).to.include({ writes: 'a' });
      expect(await opened.announce(waiting)).to.include({ writes: 'a', lacking: 1 });
    });

    it('and counts what was said in the future, by a clock that was put back, from now on', async () => {
      await admin.hset('curfew:1:replicas', 'replica:two:a', Date.now() + DAY);
      await announce('one', ['a']);
      const saidAtMs = Number(await admin.hget('curfew:1:replicas', 'replica:two:a'));
      expect(saidAtMs).to.be.at.most(Date.now());
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'a', lacking: 1 });
    });

    it('and does not take the start of a fingerprint for the whole', async () => {
      await announce('two', ['a', 'bb']);
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'a', lacking: 1 });
    });

    it('and of two that start at once with no key in common, one is turned out', async () => {
      const both = await Promise.all([announce('one', ['a']), announce('two', ['b'])]);
      expect(both.map(({ writes }) => writes ?? 'none')).to.deep.equal(['a', 'none']);
    });
  });
});
