import { expect } from 'chai';
import { connect } from 'node:net';
import { startOpsServer } from '../../../src/app/ops-server.ts';
import type { OpsServer } from '../../../src/app/ops-server.ts';
import { Readiness } from '../../../src/process/readiness.ts';
import { httpCall } from '../../support/clients/http-call.ts';

/** Longer than the limit for a request and the interval at which Node checks it. */
const CUT_MAX_MS = 9_000;

describe('ops endpoint and slow clients', function () {
  this.timeout(60_000);
  let server: OpsServer;
  let port: number;

  before(async () => {
    const readiness = new Readiness(() => undefined);
    server = await startOpsServer({
      address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      readiness: () => readiness.report,
      // More than fits into the buffers of both ends.
      metrics: async () => ({ contentType: 'text/plain', text: 'x'.repeat(64 * 1024 * 1024) }),
    });
    port = server.address.kind === 'tcp' ? server.address.port : 0;
  });

  after(() => server.close());

  async function cutAfterMs(request: string, read: boolean): Promise<number> {
    const socket = connect(port, '127.0.0.1');
    const startedAtMs = performance.now();
    socket.on('error', () => undefined);
    socket.write(request);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    if (read) socket.resume();
    else setTimeout(() => socket.resume(), CUT_MAX_MS - 500); // only to see that it is closed
    await closed;
    return performance.now() - startedAtMs;
  }

  it('disconnects a client that never finishes its request', async () => {
    expect(await cutAfterMs('GET /livez HTTP/1.1\r\nHost: a\r\n', true)).to.be.below(CUT_MAX_MS);
  });

  it('disconnects a client that never reads the answer', async () => {
    expect(await cutAfterMs('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n', false)).to.be.below(
      CUT_MAX_MS + 500,
    );
  });

  it('answers other clients meanwhile', async () => {
    const slow = Array.from({ length: 50 }, () => connect(port, '127.0.0.1'));
    for (const socket of slow) socket.on('error', () => undefined).write('GET /livez HTTP/1.1\r\n');
    expect((await httpCall(port, '/livez')).status).to.equal(200);
    for (const socket of slow) socket.destroy();
  });
});
