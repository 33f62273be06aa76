import { expect } from 'chai';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { startProcess } from '../support/processes/child-process.ts';
import type { Running } from '../support/processes/child-process.ts';
import { eventually } from '../support/time/eventually.ts';
import { NAVIGATION, httpCall } from '../support/clients/http-call.ts';
import { envoyOrSkip, redisServerOrSkip } from '../support/programs/provision-or-skip.ts';

const main = join(import.meta.dirname, '..', 'demo', 'main.ts');
const DEMO_MAX_MS = 90_000;

// What the story must show, in its own words and in answers.
const KEY_LINES = [
  /GET \/api\/profile +401 +no_credential/,
  /GET \/ \(a browser\) +302 +to http:\/\/127\.0\.0\.1:\d+\/login\?rd=%2F&reason=no_credential/,
  /✓ with a click now and then it outlives its idle timeout of 3 s/,
  /"reason":"idle_timeout"/,
  /✓ a script gets 401 with a problem document/,
  /✓ a browser is sent to the login/,
  /gRPC curfew\.sample\.Echo\/Say +16 +UNAUTHENTICATED/,
  /✓ \d+ polls were answered, and the session still ended after 3 s/,
  /GET \/payments +401 +reauthentication_required/,
  /✓ after 1.5 s without activity payments need a fresh login; other pages still work/,
  /POST \/logout +303/,
  /GET \/api\/profile +401 +signed_out/,
  /✓ the application answered its logout, and a copy of the cookie is worth nothing/,
  /\$ curfew sessions end --subject ann --yes/,
  /This would end 2 sessions\.\n +ended +2 sessions\n/,
  /GET \/ \(a browser\) +302 +to http:\/\/127\.0\.0\.1:\d+\/login\?rd=%2F&reason=revoked/,
  /✓ both of her devices are out with their next request/,
  /GET \/api\/profile +401 +absolute_timeout/,
  /WebSocket \/ws +cut/,
  /event stream \/events +cut/,
  /✓ Envoy cut the WebSocket and the event stream at the end of their session/,
  /Everything was as claimed\./,
];

describe('the demo', () => {
  const running: Running[] = [];

  before(async function () {
    await envoyOrSkip(this);
    await redisServerOrSkip(this);
  });

  afterEach(async () => {
    for (const demo of running.splice(0)) {
      // oxlint-disable-next-line no-await-in-loop -- usually there is one, and it has ended
      await demo.stop();
    }
  });

  async function start(...args: string[]): Promise<Running> {
    const demo = await startProcess(process.execPath, [main, ...args]);
    running.push(demo);
    return demo;
  }

  it('plays its story on the memory store and on Redis, in plain lines, and keeps running with --stay', async function () {
    this.timeout(DEMO_MAX_MS);
    // Both at the same time, because most of it is waiting.
    const [memory, redis] = await Promise.all([start('--stay'), start('--redis')]);
    const stays = () => memory.log().includes('Still running') || !memory.isAlive();
    const [ended] = await Promise.all([
      redis.ended(),
      eventually('end of the story', stays, DEMO_MAX_MS),
    ]);
    expect(ended, redis.log()).to.equal(0);
    expect(redis.log()).to.include('a redis-server');
    for (const demo of [memory, redis]) {
      for (const line of KEY_LINES) expect(demo.log()).to.match(line);
      expect(demo.log()).not.to.include('\x1b');
    }

    const sessions =
      /CURFEW_ADMIN_URL=\S+ CURFEW_TOKEN_FILE=\S+ \\\n +node .* sessions list --source web/;
    expect(memory.log()).to.match(sessions);
    const url = /the application +http:\/\/127\.0\.0\.1:(\d+)\//.exec(memory.log());
    const port = Number(url?.[1]);
    const page = await httpCall(port, '/login', { headers: NAVIGATION });
    expect(page.body).to.include('<h1>Sign in</h1>');
    memory.signal('SIGINT');
    expect(await memory.ended(), memory.log()).to.equal(0);
    const socket = connect({ host: '127.0.0.1', port });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNREFUSED');
  });

  it('ends at once and in order when it is interrupted', async function () {
    this.timeout(DEMO_MAX_MS);
    const demo = await start();
    await eventually('first chapter', () => demo.log().includes('1. '), 30_000);
    demo.signal('SIGINT');
    expect(await demo.ended(), demo.log()).to.equal(130);
  });
});
