import { Client, credentials } from '@grpc/grpc-js';
import { expect } from 'chai';
import { service } from 'grpc-health-check';
import { checkHealth } from '../../../src/transport/check-health.ts';
import { onEachTransport } from '../../support/transport/each-transport.ts';
import type { TestTransport } from '../../support/transport/transport.ts';

const AUTHORIZATION = 'envoy.service.auth.v3.Authorization';

onEachTransport('transport: health', ({ startTransport }) => {
  let server: TestTransport;
  beforeEach(async () => {
    server = await startTransport();
  });
  afterEach(() => server.close());

  const ask = (name: string): Promise<string> => checkHealth(server.transport.address, name, 2000);

  for (const name of ['', AUTHORIZATION]) {
    it(`of "${name}" is NOT_SERVING at first, and changes as it is set`, async () => {
      expect(await ask(name)).to.equal('NOT_SERVING');
      server.transport.setServing(true);
      expect(await ask(name)).to.equal('SERVING');
      server.transport.setServing(false);
      expect(await ask(name)).to.equal('NOT_SERVING');
    });
  }

  it('of another service is unknown', async () => {
    expect(await ask('curfew')).to.equal('SERVICE_UNKNOWN');
  });

  it('is answered while NOT_SERVING, and so are checks', async () => {
    expect(await server.client.check()).to.include({ code: 0 });
  });

  it('is UNREACHABLE if no server listens', async () => {
    const { address } = server.transport;
    await server.transport.close();
    expect(await checkHealth(address, '', 2000)).to.equal('UNREACHABLE');
  });

  it('is UNREACHABLE if no answer comes in time', async () => {
    expect(await checkHealth(server.transport.address, '', 0)).to.equal('UNREACHABLE');
  });

  it('can be watched: the watch reports each change, and ends with the drain', async () => {
    const heard: unknown[] = [];
    const client = new Client(server.transport.address, credentials.createInsecure());
    const watch = watchHealth(client, AUTHORIZATION);
    watch.on('data', ({ status }: { status: string }) => heard.push(status));
    const ended = new Promise<number>((resolve) => {
      watch.on('error', ({ code }: Error & { code: number }) => {
        resolve(code);
      });
    });
    await until(() => heard.length === 1);
    server.transport.setServing(true);
    server.transport.setServing(true);
    await until(() => heard.length === 2);
    await server.transport.drain(5000);
    expect(await ended).to.equal(14);
    expect(heard).to.deep.equal(['NOT_SERVING', 'SERVING', 'NOT_SERVING']);
    expect(server.observed).to.deep.equal(['started Watch', 'handled Watch UNAVAILABLE']);
    client.close();
  });

  it('forgets watches of clients that have gone', async () => {
    const client = new Client(server.transport.address, credentials.createInsecure());
    const watch = watchHealth(client, '');
    watch.on('error', () => {});
    await until(() => server.observed.length === 1);
    watch.cancel();
    await until(() => server.observed.length === 2);
    expect(server.observed).to.deep.equal(['started Watch', 'handled Watch CANCELLED']);
    client.close();
  });
});

function watchHealth(client: Client, name: string): ReturnType<Client['makeServerStreamRequest']> {
  const { Watch: watch } = service;
  if (watch === undefined) throw new Error('grpc-health-check does not define Watch');
  const { path, requestSerialize, responseDeserialize } = watch;
  return client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {
    service: name,
  });
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
