import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compareReplicas } from '../../../src/store/compare-replicas.ts';
import type { ReplicaAnnouncement, ReplicaEntries } from '../../../src/store/compare-replicas.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { chosenServer } from '../../../tools/store-servers.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import { locationOf } from '../../support/store/location-of.ts';
import { EarlierScripts } from '../../support/store/earlier-scripts.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { touchOf } from '../../support/store/store-requests.ts';
import {
  openAdmin,
  openAsCurfew,
  startGuardedRedis,
  untilUp,
} from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';
import type { Redis } from 'ioredis';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';

const DAY = 86_400_000;

function own(part: Partial<ReplicaAnnouncement> = {}): ReplicaAnnouncement {
  return {
    replica: 'one',
    writing: undefined,
    fingerprints: ['new', 'old'],
    sourceDigest: 'web',
    retentionMs: 30 * DAY,
    abilities: [],
    ...part,
  };
}

describe('a Redis store at its start', () => {
  before(async function () {
    await redisServerOrSkip(this);
  });

  it('reports the server, its version and no warning with the settings that we ship', async () => {
    const file = join(import.meta.dirname, '..', '..', '..', 'deploy', 'redis', 'redis.conf');
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
    await opened.close();
    await server.stop();
    const [product, version] = chosenServer().split(' ');
    expect(inspection).to.deep.include({ kind: 'usable', product, warnings: [] });
    expect(inspection)
      .to.have.property('version')
      .which.matches(new RegExp(`^${version}\\.`));
  });

  it('warns about an eviction policy that may delete sessions', async () => {
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
    const trusted = await openStore(locationOf(server.url), { clock: Date.now, caFile });
    await untilUp(trusted);
    expect((await touched(trusted.store, touchOf('one'))).kind).to.equal('unknown');
    await trusted.close();

    const wary = await openStore(locationOf(server.url), { clock: Date.now });
    await sleep(300);
    const fault = await touched(wary.store, touchOf('one')).catch((error: unknown) =>
      String(error),
    );
    expect(fault).to.match(/SELF_SIGNED|UNABLE_TO_VERIFY/);
    await wary.close();

    const plain = await openStore(locationOf(server.url.replace('rediss', 'redis')), {
      clock: Date.now,
    });
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
    await opened.sweeper.sweep(new Map(), 10);
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
      // This tests what is announced, not how fast.
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
      expect(compareReplicas(entries, own())).to.deep.equal({
        keys: { kind: 'agree' },
        sourcesDiffer: false,
      });
    });

    it('and finds that others write with a key that its file lacks, until that is long ago', async () => {
      await opened.announce(
        own({ replica: 'two', fingerprints: ['foreign'], sourceDigest: 'api' }),
      );
      const entries = await opened.announce(own());
      expect(entries.writes).to.equal(undefined);
      expect(compareReplicas(entries, own())).to.deep.equal({
        keys: { kind: 'foreign_key', fingerprint: 'foreign' },
        sourcesDiffer: true,
      });
      // The replica that lacks a key is misconfigured, so it must not announce anything.
      const announced = ['key:foreign', 'sources:api', 'replica:two:foreign', 'can:two:'];
      expect(await fields()).to.have.members([...announced, 'settled']);
      const longAgoMs = Date.now() - 31 * DAY;
      for (const field of await fields()) {
        // oxlint-disable-next-line no-await-in-loop
        await admin.hset('curfew:1:replicas', field, longAgoMs);
      }
      const later = await opened.announce(own());
      expect([...later.keys.keys()]).to.deep.equal(['new']);
      expect([...later.sources.keys()]).to.deep.equal(['web']);
      const afresh = ['key:new', 'sources:web', 'replica:one:new,old', 'can:one:', 'settled'];
      expect(await fields()).to.have.members(afresh);
    });

    it('and writes with the first of its keys that all others have', async () => {
      expect(await announce('one', ['a'])).to.include({ writes: 'a', lacking: 0 });
      expect(await announce('two', ['a'])).to.include({ writes: 'a', lacking: 0 });
      // Moved to the top of one file before the other file has it.
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'a', lacking: 1 });
      expect(await fields()).to.not.include('key:b');
      expect(await announce('two', ['a', 'b'])).to.include({ writes: 'a', lacking: 0 });
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'b', lacking: 0 });
      // The other goes on with its own order, until its file changes.
      expect(await announce('two', ['a', 'b'])).to.include({ writes: 'a', lacking: 0 });
      expect(await announce('two', ['b', 'a'])).to.include({ writes: 'b', lacking: 0 });
    });

    it('and does not wait for a replica that is silent or misconfigured', async () => {
      await announce('one', ['a']);
      await announce('two', ['a']);
      await admin.hset('curfew:1:replicas', 'replica:two:a', Date.now() - 61_000);
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'b', lacking: 0 });
      // The silent replica comes back, and finds that it lacks a key.
      expect((await announce('two', ['a'])).writes).to.equal(undefined);
      expect(await announce('one', ['c', 'b', 'a'])).to.include({ writes: 'c', lacking: 0 });
    });

    it('and keeps its key as the first to be back after an outage, because others may lack the new one', async () => {
      await announce('two', ['a']);
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'a', lacking: 1 });
      for (const field of ['replica:one:b,a', 'replica:two:a']) {
        // oxlint-disable-next-line no-await-in-loop
        await admin.hset('curfew:1:replicas', field, Date.now() - 61_000);
      }
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'a', lacking: 0 });
      expect(await announce('two', ['a'])).to.include({ writes: 'a' });
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'a', lacking: 1 });
      // A replica that is alone changes its key at the next announcement.
      await admin.hset('curfew:1:replicas', 'replica:two:a', Date.now() - 61_000);
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'b', lacking: 0 });
    });

    it('and keeps its key when the store has lost its data, because no other replica is back yet', async () => {
      const waiting = own({ fingerprints: ['b', 'a'], writing: 'a' });
      await announce('two', ['a']);
      expect(await opened.announce(waiting)).to.include({ writes: 'a', lacking: 1 });
      await admin.flushall();
      expect(await opened.announce(waiting)).to.include({ writes: 'a', lacking: 0 });
      expect(await announce('two', ['a'])).to.include({ writes: 'a' });
      expect(await opened.announce(waiting)).to.include({ writes: 'a', lacking: 1 });
    });

    describe('and what it can read', () => {
      const able = (replica: string, abilities: readonly string[]) =>
        opened.announce(own({ replica, fingerprints: ['a'], writing: 'a', abilities }));
      const starting = (replica: string, abilities: readonly string[]) =>
        opened.announce(own({ replica, fingerprints: ['a'], abilities }));
      const known = (entries: ReplicaEntries) =>
        entries.abilities === undefined ? 'unknown' : [...entries.abilities];
      const silence = async (...announced: readonly string[]) => {
        for (const field of announced) {
          // oxlint-disable-next-line no-await-in-loop
          await admin.hset('curfew:1:replicas', field, Date.now() - 61_000);
        }
      };

      it('knows what all replicas can, at once in a store without data', async () => {
        expect(known(await starting('one', ['mark', 'word']))).to.deep.equal(['mark', 'word']);
        expect(known(await starting('two', ['word', 'later']))).to.deep.equal(['word']);
        expect(known(await able('one', ['mark', 'word']))).to.deep.equal(['word']);
        await silence('replica:two:a', 'can:two:word,later');
        expect(known(await able('one', ['mark', 'word']))).to.deep.equal(['mark', 'word']);
      });

      it('and does not take a part of a word for the word', async () => {
        await starting('one', ['mark', 'words']);
        expect(known(await starting('two', ['word', 'mark']))).to.deep.equal(['mark']);
      });

      it('knows nothing of an earlier version but that it can read nothing new', async () => {
        const earlier = new EarlierScripts(admin);
        await starting('one', ['mark']);
        const reply = await earlier.announce('two', ['a']);
        expect(reply.slice(1, 3)).to.deep.equal(['a', '0']);
        expect(known(await able('one', ['mark']))).to.deep.equal([]);
        expect(known(await starting('three', ['mark']))).to.deep.equal([]);
        await silence('replica:two:a');
        expect(known(await able('one', ['mark']))).to.deep.equal(['mark']);
      });

      it('does not rely on its first announcement while others may not be counted yet', async () => {
        await new EarlierScripts(admin).announce('earlier', ['a']);
        // The store was away for a minute. This replica is the first to be back.
        await silence('replica:earlier:a');
        expect(known(await starting('one', ['mark']))).to.equal('unknown');
        await new EarlierScripts(admin).announce('earlier', ['a']);
        expect(known(await able('one', ['mark']))).to.deep.equal([]);
      });

      it('does not rely on a store that has lost its data', async () => {
        await able('one', ['mark']);
        await admin.flushall();
        expect(known(await able('one', ['mark']))).to.equal('unknown');
        expect(known(await able('one', ['mark']))).to.deep.equal(['mark']);
      });

      it('knows nothing while it lacks a key that others write with', async () => {
        await starting('one', ['mark']);
        const foreign = own({ replica: 'two', fingerprints: ['b'], abilities: ['mark'] });
        expect(known(await opened.announce(foreign))).to.equal('unknown');
        expect(await fields()).to.not.include('can:two:mark');
      });

      it('has one entry of its own, also after it has learned to read more', async () => {
        await starting('one', ['mark']);
        await able('one', ['mark', 'word']);
        expect((await fields()).filter((field) => field.startsWith('can:'))).to.deep.equal([
          'can:one:mark,word',
        ]);
      });

      it('gives the store what it needs to write new words', async () => {
        expect(opened.capabilities.allCan('exact_ends')).to.equal(false);
        await starting('one', ['exact_ends']);
        expect(opened.capabilities.allCan('exact_ends')).to.equal(true);
        expect(opened.capabilities.allCan('challenge_mark')).to.equal(false);
        await new EarlierScripts(admin).announce('two', ['a']);
        await able('one', ['exact_ends']);
        expect(opened.capabilities.allCan('exact_ends')).to.equal(false);
      });

      it('may only name words that fit into the announcement', async () => {
        const refused = await starting('one', ['a,b']).catch((error: unknown) => error);
        expect(refused).to.be.instanceOf(TypeError);
      });
    });

    it('and counts an announcement from the future, before the clock was set back, as of now', async () => {
      await admin.hset('curfew:1:replicas', 'replica:two:a', Date.now() + DAY);
      await announce('one', ['a']);
      const saidAtMs = Number(await admin.hget('curfew:1:replicas', 'replica:two:a'));
      expect(saidAtMs).to.be.at.most(Date.now());
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'a', lacking: 1 });
    });

    it('and does not take the beginning of a fingerprint for all of it', async () => {
      await announce('two', ['a', 'bb']);
      expect(await announce('one', ['b', 'a'])).to.include({ writes: 'a', lacking: 1 });
    });

    it('and of two that start at once with no key in common, one may not write', async () => {
      const both = await Promise.all([announce('one', ['a']), announce('two', ['b'])]);
      expect(both.map(({ writes }) => writes ?? 'none')).to.deep.equal(['a', 'none']);
    });
  });
});
