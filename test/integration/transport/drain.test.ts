import { mkdtempSync, rmSync, existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { CheckReply } from '../../../src/authz/check-call.ts';
import { checkHealth } from '../../../src/transport/check-health.ts';
import { createCheckClient } from '../../support/requests/check-request.ts';
import { onEachTransport, type OneTransport } from '../../support/transport/each-transport.ts';
import { allowReply } from '../../support/requests/reply.ts';
import type { TestTransport } from '../../support/transport/transport.ts';

const ANSWER_MS = 20;
const slowly = (): Promise<CheckReply> => sleep(ANSWER_MS, allowReply());

onEachTransport('transport: drain', ({ startTransport }) => {
  it('answers the calls in flight, then closes', async () => {
    const release = Promise.withResolvers<CheckReply>();
    const server = await startTransport(() => release.promise);
    server.transport.setServing(true);
    const inFlight = Array.from({ length: 20 }, () => server.client.check());
    await until(() => server.asked.length === 20);
    const drained = server.transport.drain(5000);
    release.resolve(allowReply());
    await drained;
    expect((await Promise.all(inFlight)).map(({ code }) => code)).to.deep.equal(Array(20).fill(0));
    expect(await checkHealth(server.transport.address, '', 1000)).to.equal('UNREACHABLE');
    await server.close();
  });

  it('cuts off calls that are not answered in time', async () => {
    const server = await startTransport(() => new Promise(() => {}));
    const inFlight = server.client.check();
    await until(() => server.asked.length === 1);
    await server.transport.drain(50);
    expect(await inFlight).to.include({ codeName: 'UNAVAILABLE' });
    expect(server.calls[0]?.cancelled).to.equal(true);
    await server.close();
  });

  it('ends at once without calls in flight, whatever its time limit', async () => {
    const server = await startTransport();
    await server.client.check();
    await server.transport.drain(2 ** 31 - 1);
    await server.close();
  });

  it('can be called twice, and closed meanwhile', async () => {
    const server = await startTransport(() => new Promise(() => {}));
    const inFlight = server.client.check();
    await until(() => server.asked.length === 1);
    const drains = [server.transport.drain(60_000), server.transport.drain(60_000)];
    await server.transport.close();
    await Promise.all(drains);
    expect(await inFlight).to.include({ codeName: 'UNAVAILABLE' });
    await server.close();
  });

  it('fails no call of a client that has another server', async () => {
    const codes = await codesWhileStopping(startTransport, (server) =>
      server.transport.drain(5000),
    );
    expect(codes).to.deep.equal(['OK']);
  });

  it('is necessary: a server that just closes fails calls', async () => {
    const codes = await codesWhileStopping(startTransport, (server) => server.transport.close());
    expect(codes).to.include('UNAVAILABLE');
  });
});

onEachTransport('transport: addresses', ({ startTransport }) => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'curfew-'));
    path = join(folder, 'grpc.sock');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('may be a Unix socket, which is removed with the server', async () => {
    const server = await startTransport(undefined, { address: `unix:${path}` });
    expect(server.transport).to.include({ address: `unix:${path}`, port: undefined });
    expect(await server.client.check()).to.include({ code: 0 });
    expect(await checkHealth(`unix:${path}`, '', 2000)).to.equal('NOT_SERVING');
    await server.close();
    expect(existsSync(path)).to.equal(false);
  });

  it('may be the Unix socket of a killed process', async () => {
    spawnSync(process.execPath, [
      '-e',
      `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ]);
    expect(existsSync(path)).to.equal(true);
    const server = await startTransport(undefined, { address: `unix:${path}` });
    expect(await server.client.check()).to.include({ code: 0 });
    await server.close();
  });

  it('must not be a Unix socket that another server answers on', async () => {
    const other = createServer((socket) => socket.end()).listen(path);
    const fault = await faultOf(startTransport(undefined, { address: `unix:${path}` }));
    expect(fault.message).to.match(/^cannot listen on unix:.*EADDRINUSE/);
    await new Promise((resolve) => other.close(resolve));
  });

  it('must not be another kind of file, which is kept', async () => {
    writeFileSync(path, 'precious');
    const fault = await faultOf(startTransport(undefined, { address: `unix:${path}` }));
    expect(fault.message).to.match(/^cannot listen on unix:/);
    expect(existsSync(path)).to.equal(true);
  });

  it('must not be a port in use', async () => {
    const first = await startTransport();
    const fault = await faultOf(startTransport(undefined, { address: first.transport.address }));
    expect(fault.message).to.match(/^cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
    await first.close();
  });

  it('must not be nonsense', async () => {
    const fault = await faultOf(startTransport(undefined, { address: 'nonsense' }));
    expect(fault).to.be.instanceOf(RangeError);
  });

  it('reports the actual port for port 0, also on all interfaces', async () => {
    const server = await startTransport(undefined, { address: '0.0.0.0:0' });
    expect(server.transport.address).to.equal(`0.0.0.0:${server.transport.port}`);
    expect(await checkHealth(server.transport.address, '', 2000)).to.equal('NOT_SERVING');
    await server.close();
  });
});

/**
 * The names of the codes that a client of two servers sees while one of them is stopped under load.
 */
async function codesWhileStopping(
  startTransport: OneTransport['startTransport'],
  stop: (server: TestTransport) => Promise<void>,
): Promise<readonly string[]> {
  const [stopped, staying] = await Promise.all([startTransport(slowly), startTransport(slowly)]);
  const ports = [stopped, staying].map(({ transport }) => transport.address).join(',');
  const client = createCheckClient(`ipv4:${ports}`);
  const codes = new Set<string>();
  let isStopping = false;
  const load = Array.from({ length: 20 }, async () => {
    for (let afterwards = 0; afterwards < 5; afterwards += isStopping ? 1 : 0) {
      codes.add((await client.check()).codeName);
    }
  });
  await until(() => stopped.asked.length >= 50 && staying.asked.length >= 50);
  isStopping = true;
  await stop(stopped);
  await Promise.all(load);
  client.close();
  await Promise.all([stopped.close(), staying.close()]);
  return [...codes];
}

async function faultOf(starting: Promise<TestTransport>): Promise<Error> {
  const server = await starting.catch((fault: unknown) => fault as Error);
  if (server instanceof Error) return server;
  await server.close();
  throw new Error('it has started');
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
