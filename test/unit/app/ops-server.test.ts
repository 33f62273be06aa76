import { expect } from 'chai';
import { connect } from 'node:net';
import { startOpsServer } from '../../../src/app/ops-server.ts';
import type { OpsServer } from '../../../src/app/ops-server.ts';
import { CONDITIONS, Readiness } from '../../../src/process/readiness.ts';
import { httpCall } from '../../support/clients/http-call.ts';

describe('ops-server', () => {
  let readiness: Readiness;
  let server: OpsServer;
  let port: number;

  beforeEach(async () => {
    readiness = new Readiness(() => undefined);
    server = await startOpsServer({
      address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      readiness: () => readiness.report,
      metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'curfew_x 1\n' }),
    });
    port = server.address.kind === 'tcp' ? server.address.port : 0;
  });

  afterEach(() => server.close());

  it('is alive whatever the conditions', async () => {
    expect(await httpCall(port, '/livez')).to.include({ status: 200, body: 'alive\n' });
  });

  it('is not ready while a condition is missing, and says which and why', async () => {
    for (const condition of CONDITIONS) readiness.met(condition);
    readiness.unmet('store', 'connection refused');
    const { status, body, headers } = await httpCall(port, '/readyz');
    expect(status).to.equal(503);
    expect(headers['content-type']).to.equal('application/json; charset=utf-8');
    expect(JSON.parse(body)).to.deep.equal({
      ready: false,
      conditions: { config: 'ok', store: 'connection refused', keys: 'ok', running: 'ok' },
    });
  });

  it('is ready when all conditions are met', async () => {
    for (const condition of CONDITIONS) readiness.met(condition);
    const { status, body } = await httpCall(port, '/readyz?verbose');
    expect(status).to.equal(200);
    expect(JSON.parse(body)).to.include({ ready: true });
  });

  it('serves the metrics with their content type', async () => {
    const { status, headers, body } = await httpCall(port, '/metrics');
    expect(status).to.equal(200);
    expect(headers['content-type']).to.equal('text/plain; version=0.0.4');
    expect(headers['cache-control']).to.equal('no-store');
    expect(body).to.equal('curfew_x 1\n');
  });

  it('answers HEAD without a body', async () => {
    const { status, headers, body } = await httpCall(port, '/metrics', { method: 'HEAD' });
    expect([status, headers['content-length'], body]).to.deep.equal([200, '11', '']);
  });

  it('answers 404 on any other path', async () => {
    for (const path of ['/', '/metrics/', '/livez/../metrics', '/healthz', '//metrics']) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await httpCall(port, path)).status, path).to.equal(404);
    }
  });

  it('allows GET and HEAD only', async () => {
    const { status, headers } = await httpCall(port, '/metrics', { method: 'POST', body: 'x' });
    expect([status, headers.allow]).to.deep.equal([405, 'GET, HEAD']);
  });

  it('refuses headers beyond its limit', async () => {
    const { status } = await httpCall(port, '/livez', { headers: [['x-long', 'x'.repeat(9_000)]] });
    expect(status).to.equal(431);
  });

  it('closes even if a client keeps its connection open', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /livez HTTP/1.1\r\nHost: a\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    await server.close();
    await ended;
  });
});
