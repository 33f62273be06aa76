import { createSecureContext } from 'node:tls';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import {
  openRedisClient,
  useSecrets,
} from '../../../../../src/store/redis/connection/redis-client.ts';
import { ReconnectPace } from '../../../../../src/store/redis/access/reconnect-pace.ts';
import type { RedisAddress } from '../../../../../src/store/store-location.ts';

const address: RedisAddress = {
  host: 'redis.test',
  port: 1,
  isEncrypted: false,
  username: 'user',
  database: 0,
};

// Each of these options is a second guard: if it were missing, no other test would fail.
describe('openRedisClient', () => {
  const client = openRedisClient({
    address: { ...address, host: '127.0.0.1', database: 3 },
    secrets: { password: 'secret', secureContext: undefined },
    pace: new ReconnectPace(),
  });
  client.on('error', () => undefined);
  after(() => client.disconnect());

  it('queues nothing, sends nothing again and pipelines nothing', () => {
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
    const { socketTimeout, connectTimeout, disconnectTimeout } = client.options;
    for (const timeout of [socketTimeout, connectTimeout, disconnectTimeout]) {
      expect(timeout).to.be.within(1, 1_000);
    }
  });

  it('survives a second error of a socket, such as the TLS alert of a server whose certificate was refused', async () => {
    const { stream } = await new Promise<Redis>((resolve) => {
      client.once('error', () => resolve(client));
    });
    const emitted: string[] = [];
    client.on('error', (error) => emitted.push(error.message));
    for (const words of ['a first alert', 'a second alert']) stream.emit('error', new Error(words));
    expect(emitted, 'the second error is ignored').to.deep.equal([]);
  });

  it('tries again for ever, after at most a second, and at random times', () => {
    const { retryStrategy } = client.options;
    const delays = Array.from({ length: 5_000 }, () => Number(retryStrategy?.(1)));
    for (const delay of delays) expect(delay).to.be.within(25, 1_000);
    expect(new Set(delays.slice(-20)).size).to.be.greaterThan(10);
  });

  it('says nothing by itself: the greeting logs in, selects the database and asks for the role', () => {
    expect(client.options).to.include({ db: 0, enableReadyCheck: false, disableClientInfo: true });
    expect(client.options.password ?? undefined).to.equal(undefined);
    expect(client.options.username ?? undefined).to.equal(undefined);
  });

  it('uses other secrets for its next connection', () => {
    const own = openRedisClient({
      address: { ...address, isEncrypted: true },
      secrets: { password: 'one', secureContext: createSecureContext() },
      pace: new ReconnectPace(),
    });
    own.on('error', () => undefined);
    const secureContext = createSecureContext();
    useSecrets(own, { password: 'two', secureContext });
    expect(own.options.tls).to.deep.equal({
      secureContext,
      rejectUnauthorized: true,
      servername: 'redis.test',
    });
    own.disconnect();
  });
});
