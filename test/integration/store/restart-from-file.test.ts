import { expect } from 'chai';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { keyOf, sourceWith, touchOf } from '../../support/store/store-requests.ts';
import { openAsCurfew, startGuardedRedis } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

describe('a Redis with the users that we ship, restarted from its append-only file', function () {
  this.timeout(60_000);
  let server: RedisServer;

  before(async function () {
    await redisServerOrSkip(this);
    server = await startGuardedRedis(['--appendonly', 'yes', '--appendfsync', 'always']);
  });
  after(() => server.stop());

  // Redis loads the file as its default user, and drops the transactions that this user may not do.
  it('still has the sessions that live, and those that have ended', async () => {
    const opened = await openAsCurfew(server);
    const open = async (name: string) =>
      opened.store.open({
        ...touchOf(name),
        opening: 'first-use',
        startedAtMs: undefined,
        subject: undefined,
        subjectName: undefined,
        ownLimits: undefined,
      });
    await open('live');
    await open('ended');
    const end = { key: keyOf('ended'), source: sourceWith(), by: 'revoked' } as const;
    await opened.store.end(end);

    await server.kill();
    await server.restart();

    const stateOf = async (name: string) => {
      const outcome = await touched(opened.store, touchOf(name));
      return outcome.kind === 'ended' ? outcome.by : outcome.kind;
    };
    const live = await eventually('an answer', () => stateOf('live').catch(() => undefined));
    expect(live).to.equal('live');
    expect(await stateOf('ended')).to.equal('revoked');
    expect(server.log()).to.not.contain('NOPERM');
    await opened.close();
  });
});
