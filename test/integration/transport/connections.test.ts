import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { ConnectionMetrics } from '../../../src/telemetry/metrics/connection-metrics.ts';
import { Registry } from 'prom-client';
import { eventually } from '../../support/time/eventually.ts';
import { PREFACE } from '../../support/http2/frames.ts';
import { startTransport, type TestTransport } from '../../support/transport/transport.ts';

describe('transport: connections of our own server', () => {
  const registry = new Registry();
  let server: TestTransport;
  before(async () => {
    const connectionObserver = new ConnectionMetrics(registry);
    server = await startTransport(undefined, { connectionObserver }, 'fast');
  });
  after(() => server.close());

  const exposition = (): Promise<string> => registry.metrics();
  async function open(bytes: Buffer): Promise<Socket> {
    const socket = connect(server.transport.port ?? 0, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    await once(socket, 'connect');
    socket.write(bytes);
    return socket;
  }

  it('are counted while they are open, and by the fault that ended them', async () => {
    expect((await server.client.check()).code).to.equal(0);
    expect(await exposition()).to.match(/^curfew_grpc_connections 1$/m);
    // PRIORITY where SETTINGS must come.
    const broken = await open(Buffer.concat([PREFACE, Buffer.from('000005020000000001', 'hex')]));
    broken.write(Buffer.alloc(5));
    await once(broken, 'close');
    expect(await exposition()).to.match(
      /^curfew_grpc_connections_refused_total\{error="PROTOCOL_ERROR"\} 1$/m,
    );
    expect(server.faults.map(({ code }) => code)).to.deep.equal(['ERR_CONNECTION_FAILED']);
    expect(server.faults[0]?.message).to.equal(
      'a connection was ended: PROTOCOL_ERROR, a connection must begin with SETTINGS',
    );
    await eventually('its end', async () =>
      /^curfew_grpc_connections 1$/m.test(await exposition()),
    );
  });
});
