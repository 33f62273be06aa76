import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startCluster } from '../../support/redis/cluster.ts';
import type { Cluster } from '../../support/redis/cluster.ts';
import { asArguments, shippedLines, shippedTls } from '../../support/redis/shipped-settings.ts';
import {
  CHECKED_NAMES,
  openChecked,
  slotOf,
  StoreChecks,
} from '../../support/store/store-checks.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { touchOf } from '../../support/store/store-requests.ts';
import {
  announceAbilities,
  GUARDED_PASSWORD,
  openAt,
  untilUp,
} from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

const PATIENT_MS = 5_000;

type SlotsReply = readonly (readonly [number, number, ...(readonly [string, number])[]])[];

describe('a Cluster with TLS and users, as we ship it, whose nodes are announced by name', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let folder: string;
  let journal: StoreJournal;
  let opened: OpenedStore[];

  before(async function () {
    await redisServerOrSkip(this);
    folder = await mkdtemp(join(tmpdir(), 'curfew-cluster-tls-'));
    const authority = createAuthority('redis');
    const issued = authority.issue();
    const files = {
      'ca.crt': authority.cert,
      'tls.crt': issued.cert,
      'tls.key': issued.key,
      'other.crt': createAuthority('other').cert,
    };
    await Promise.all(
      Object.entries(files).map(async ([name, text]) => writeFile(join(folder, name), text)),
    );
    const listens = async (port: number) =>
      asArguments(await shippedTls('tls.conf', { certificates: folder, port }));
    const users = ['cluster/users.acl', 'sentinel/users.acl'];
    const acl = await Promise.all(users.map(async (name) => shippedLines(name, GUARDED_PASSWORD)));
    const own = asArguments(await shippedLines('cluster/redis.conf', GUARDED_PASSWORD));
    const named = ['--cluster-announce-hostname', 'localhost'];
    named.push('--cluster-preferred-endpoint-type', 'hostname');
    cluster = await startCluster({ listens, acl: acl.flat(), args: [...own, ...named] });
  });
  after(async () => {
    await cluster?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  beforeEach(() => {
    journal = new StoreJournal();
    opened = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map((each) => each.close()));
  });

  /** Opens the store. Its URL names the first nodes by their addresses, as the map does not. */
  async function open(scheme: string, caFile: string, wait: boolean): Promise<OpenedStore> {
    const store = await openAt(`${scheme}://curfew@${cluster.hosts}`, {
      observer: journal,
      caFile: join(folder, caFile),
      certFile: join(folder, 'tls.crt'),
      keyFile: join(folder, 'tls.key'),
      commandTimeoutMs: PATIENT_MS,
      wait,
    });
    opened.push(store);
    return store;
  }
  const fault = async (store: OpenedStore, words: RegExp): Promise<unknown> =>
    eventually(`fault ${words.source}`, async () => {
      const why = await store.inspect().catch((error: Error) => error.message);
      return typeof why === 'string' && words.test(why);
    });

  it('is used by these names, also through a planned failover', async () => {
    const store = await open('rediss+cluster', 'ca.crt', true);
    await announceAbilities(store);
    await openChecked(store);
    const [name = ''] = CHECKED_NAMES;
    const former = await cluster.ownerOf(slotOf(name));
    if (former === undefined) throw new Error('a slot without a primary');
    const checks = new StoreChecks().start(store);
    await cluster.failOver(former);
    await eventually('the new primary', () => journal.primaryChanges.length === 1);
    await checks.stop();
    expect(checks.denied).to.deep.equal([]);
    expect((await touched(store.store, touchOf(name))).kind).to.equal('live');
    expect(journal.redirectedAways).to.deep.equal([]);
    expect(journal.desyncs).to.equal(0);
  });

  it('is not used when its certificates are not of the authority, or without TLS', async () => {
    const untrusting = await open('rediss+cluster', 'other.crt', false);
    await fault(untrusting, /certificate|CERT|VERIFY/i);
    const plain = await open('redis+cluster', 'ca.crt', false);
    await fault(plain, /TLS|lost|closed|ECONNRESET/i);
    expect(journal.ups).to.not.include(true);
  });

  it('goes on with the connections that it has when a name is not found, and new ones name it', async () => {
    const store = await open('rediss+cluster', 'ca.crt', true);
    const announce = async (host: string): Promise<void> => {
      for (const node of cluster.nodes) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await cluster.admin(node).config('SET', 'cluster-announce-hostname', host);
      }
      for (const node of cluster.nodes) {
        const hosts = async (): Promise<Set<string>> => {
          const slots = (await cluster.admin(node).call('CLUSTER', 'SLOTS')) as SlotsReply;
          return new Set(slots.flatMap(([, , ...places]) => places.map(([name]) => name)));
        };
        // oxlint-disable-next-line no-await-in-loop
        await eventually(host, async () => [...(await hosts())].join() === host, 20_000);
      }
    };
    await openChecked(store);
    await announce('node.invalid');
    const late = await open('rediss+cluster', 'ca.crt', false);
    await fault(late, /ENOTFOUND|EAI_AGAIN/);
    const kinds = CHECKED_NAMES.slice(0, 20).map(
      async (name) => (await touched(store.store, touchOf(name))).kind,
    );
    expect(new Set(await Promise.all(kinds))).to.deep.equal(new Set(['live']));
    await announce('localhost');
    await untilUp(late, 20_000);
    expect(journal.desyncs).to.equal(0);
  });
});
