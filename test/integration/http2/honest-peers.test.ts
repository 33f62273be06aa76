// Real clients on a server whose budgets for useless frames are empty and whose clock stands still,
// so that nothing is refilled: a client that needs one such frame is disconnected.

import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Http2Limits } from '../../../src/http2/http2-limits.ts';
import type { UnaryMethod } from '../../../src/http2/streams/unary-call.ts';
import { CLIENT_PROGRAMS } from '../../support/grpc-clients/client-programs.ts';
import { startDrivenClient } from '../../support/grpc-clients/driven-client.ts';
import { startGrpcJsClient } from '../../support/grpc-clients/grpc-js-client.ts';
import { framed } from '../../support/grpc-clients/raw-grpc.ts';
import type { RealClient } from '../../support/grpc-clients/real-client.ts';
import { readCorpus, RECORDED_PATH } from '../../support/http2/fuzz/corpus.ts';
import { ListeningServer } from '../../support/http2/listening-server.ts';
import { startProcess } from '../../support/processes/child-process.ts';
import { nghttp2OrSkip } from '../../support/programs/provide-nghttp2.ts';
import { encodeCheckRequest } from '../../support/requests/check-request.ts';

const REQUEST = encodeCheckRequest();
const CALLS = 200;
/** A client sends its SETTINGS once. Clients that measure their connection send a few PINGs. */
const STRICT: Partial<Http2Limits> = {
  settingsBurstMax: 1,
  pingsBurstMax: 3,
  resetsBurstMax: 0,
  emptyDataBurstMax: 0,
  keepaliveAfterMs: 5_000,
};
const answered: UnaryMethod = {
  path: RECORDED_PATH,
  handle: (_message, call) => {
    call.reply('');
  },
};

describe('http2: honest peers', function () {
  this.timeout(60_000);
  let world: ListeningServer;

  beforeEach(async () => {
    world = await ListeningServer.start(STRICT, [answered]);
  });
  afterEach(() => world.close());

  for (const { name, pieces } of readCorpus()) {
    it(`${name}, as recorded, spends no budget`, async () => {
      const { peer, socket } = await world.connect();
      peer.send(Buffer.concat(pieces));
      await peer.until('five answers', () => peer.conversation.replies.size >= 5);
      socket.destroy();
      expect(world.faults).to.deep.equal([]);
    });
  }

  const clients: Readonly<Record<string, (context: Mocha.Context) => Promise<RealClient>>> = {
    'grpc-js': async () => startGrpcJsClient(`127.0.0.1:${world.port}`),
    'grpc-go': async (context) => {
      const program = await CLIENT_PROGRAMS['grpc-go']?.(context);
      if (program === undefined) throw new Error('there is no such client');
      return startDrivenClient(program, `127.0.0.1:${world.port}`);
    },
  };
  for (const [name, connect] of Object.entries(clients)) {
    it(`${name} spends no budget, and answers our PINGs`, async function () {
      const client = await connect(this);
      const once = await client.check({ request: REQUEST, times: CALLS });
      expect(once.codes).to.deep.equal({ 0: CALLS });
      world.pass(5_001);
      const again = await client.check({ request: REQUEST, times: CALLS });
      expect(again.codes).to.deep.equal({ 0: CALLS });
      await client.close();
      expect(world.faults).to.deep.equal([]);
    });
  }

  it('h2load of nghttp2, which ends requests with DATA, spends no budget', async function () {
    await nghttp2OrSkip(this);
    const folder = await mkdtemp(join(tmpdir(), 'curfew-honest-'));
    const body = join(folder, 'request');
    await writeFile(body, framed(REQUEST));
    const grpc = ['-H', 'te: trailers', '-H', 'content-type: application/grpc'];
    const url = `http://127.0.0.1:${world.port}${RECORDED_PATH}`;
    const child = await startProcess('h2load', ['-n2000', '-c2', '-m50', '-d', body, ...grpc, url]);
    expect(await child.ended(), child.log()).to.equal(0);
    await rm(folder, { recursive: true });
    expect(child.log()).to.contain('2000 succeeded');
    expect(world.faults).to.deep.equal([]);
  });
});
