import { createSecureContext } from 'node:tls';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { parseRedisAddress } from '../../../src/store/redis-address.ts';
import { openRedisClient, useSecrets } from '../../../src/store/redis-client.ts';

// Each of these is a second guard behind one that the fault tests see: nothing else would notice that it is gone.
describe('openRedisClient', () => {
  const client = openRedisClient({
    address: parseRedisAddress('redis://user@127.0.0.1:1/3'),
    secrets: { password: 'secret', secureContext: undefined },
    commandTimeoutMs: 123,
  });
  client.on('error', () => undefined);
  after(() => client.disconnect());

  it('queues nothing, resends nothing and pipelines nothing by itself', () => {
    expect(client.options).to.include({
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      enableAutoPipelining: false,
      autoResubscribe: false,
      protocol: 2,
    });
  });

  it('bounds every wait', () => {
    const { commandTimeout, socketTimeout, connectTimeout, disconnectTimeout } = client.options;
    expect(commandTimeout).to.equal(123);
    for (const timeout of [socketTimeout, connectTimeout, disconnectTimeout]) {
      expect(timeout).to.be.within(1, 1_000);
    }
  });

  it('survives a socket that tells of a second fault, as TLS does: the alert of a server whose certificate was refused', async () => {
    const { stream } = await new Promise<Redis>((resolve) => {
      client.once('error', () => resolve(client));
    });
    const told: string[] = [];
    client.on('error', (error) => told.push(error.message));
    for (const words of ['a first alert', 'a second alert']) stream.emit('error', new Error(words));
    expect(told, 'it is of no use any more').to.deep.equal([]);
  });

  it('tries again for ever, after a second at most, and never in step', () => {
    const { retryStrategy } = client.options;
    const delays = [1, 2, 5, 50, 5_000].map((attempt) => Number(retryStrategy?.(attempt)));
    for (const delay of delays) expect(delay).to.be.within(25, 1_000);
    const many = new Set(Array.from({ length: 20 }, () => retryStrategy?.(9)));
    expect(many.size).to.be.greaterThan(10);
  });

  it('reconnects after errors of a server that is not our primary, and sends nothing again', () => {
    const { reconnectOnError } = client.options;
    const answer = (message: string) => reconnectOnError?.(new Error(message));
    expect(answer('READONLY You cannot write')).to.equal(1);
    expect(answer('MASTERDOWN Link is down')).to.equal(1);
    expect(answer('OOM command not allowed')).to.equal(false);
    expect(answer('ERR READONLY is only mentioned')).to.equal(false);
  });

  it('logs in as the user of the URL, on its database', () => {
    expect(client.options).to.include({ username: 'user', password: 'secret', db: 3 });
  });

  it('takes other secrets for its next connection', () => {
    const own = openRedisClient({
      address: parseRedisAddress('rediss://user@redis.test:1'),
      secrets: { password: 'one', secureContext: createSecureContext() },
      commandTimeoutMs: 123,
    });
    own.on('error', () => undefined);
    const secureContext = createSecureContext();
    useSecrets(own, { password: 'two', secureContext });
    expect(own.options.password).to.equal('two');
    expect(own.options.tls).to.deep.equal({
      secureContext,
      rejectUnauthorized: true,
      servername: 'redis.test',
    });
    own.disconnect();
  });
});
