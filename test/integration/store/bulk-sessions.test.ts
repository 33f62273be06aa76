import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { SessionKey } from '../../../src/session/session-key.ts';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { benchSource, ALONE, openBenchStore, opening } from '../../bench/fill-store.ts';
import { RedisCounts, countOf } from '../../bench/redis-counts.ts';
import { bulkSessions, sessionTemplate } from '../../bench/stores/bulk-sessions.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';

const SESSIONS = 600;

/** The session with this number in the first partition, as the script names it. */
function bulkKey(number: number): SessionKey {
  const digest = createHash('sha1').update(`${number}`).digest('hex');
  return `AA${digest}A` as SessionKey;
}

describe('sessions that are written in bulk for the benchmark', () => {
  const servers: RedisServer[] = [];
  let opened: OpenedStore;
  let counts: RedisCounts;

  before(async function () {
    await redisServerOrSkip(this);
    servers.push(await startRedisServer(), await startRedisServer());
    const [one, other] = servers;
    opened = await openBenchStore(one?.url ?? '', ALONE);
    counts = new RedisCounts(one?.url ?? '', other?.url ?? '');
  });
  after(async () => {
    counts.close();
    await opened.close();
    await Promise.all(servers.map((server) => server.stop()));
  });

  it('are live sessions to Curfew, which it counts and does not end', async () => {
    const template = await sessionTemplate(opened, counts.client);
    const before = await counts.client.dbsize();
    await bulkSessions(template, SESSIONS, () => counts.client);
    const own = (await opened.directory.describe(opening(0, undefined).key))?.record;
    for (const number of [0, 1]) {
      const found = await opened.directory.describe(bulkKey(number));
      expect(found?.record).to.deep.equal(own);
    }
    expect(await opened.directory.describe(bulkKey(2))).to.equal(undefined);
    const sessions = await counts.client.keys('curfew:1:*:session:*');
    expect(sessions).to.have.lengthOf(SESSIONS + 1);
    expect(await counts.client.dbsize()).to.be.above(before + SESSIONS);
    const { ended } = await opened.sweeper.sweep(new Map([['web', benchSource()]]), SESSIONS);
    expect(ended).to.deep.include({ idle: 0, absolute: 0 });
  });

  it('have a server of their own for each partition, if they are told which', async () => {
    const [, other] = servers;
    const alone = new RedisCounts(other?.url ?? '');
    try {
      const template = await sessionTemplate(opened, counts.client);
      const clients = [counts.client, alone.client] as const;
      const before = await alone.client.dbsize();
      await bulkSessions(template, 256, (partition) => clients[partition < 128 ? 0 : 1]);
      const added = (await alone.client.keys('curfew:1:*:session:*')).length - before;
      expect(added).to.equal(128);
    } finally {
      alone.close();
    }
  });

  it('are counted together: commands and memory of all servers', async () => {
    const [first, second] = servers.map(({ url }) => new RedisCounts(url));
    if (first === undefined || second === undefined) throw new Error('no two servers');
    try {
      const before = await counts.commands();
      await first.client.get('one');
      await second.client.get('one');
      expect(countOf(['get'], before, await counts.commands()).calls).to.equal(2);
      const memory = (await first.usedMemory()) + (await second.usedMemory());
      expect(await counts.usedMemory()).to.be.within(memory * 0.8, memory * 1.2);
    } finally {
      first.close();
      second.close();
    }
  });
});
