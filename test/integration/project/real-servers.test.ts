import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { Redis } from 'ioredis';
import { startEnvoy } from '../../support/envoy/envoy.ts';
import { envoyOrSkip, redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer, RedisServerOptions } from '../../support/redis/redis-server.ts';

describe('redis-server for tests', () => {
  before(async function () {
    await redisServerOrSkip(this);
  });

  async function using(options: RedisServerOptions, work: (server: RedisServer) => Promise<void>) {
    const server = await startRedisServer(options);
    try {
      await work(server);
    } finally {
      await server.stop();
    }
  }

  async function ping(target: string, options: object = {}): Promise<string> {
    const client = new Redis(target, { ...options, lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => {}); // the rejected call reports it, too
    try {
      await client.connect();
      return await client.ping();
    } finally {
      client.disconnect();
    }
  }

  it('answers on its port and on its socket, and is gone after stop', async () => {
    const server = await startRedisServer();
    expect(await ping(server.url)).to.equal('PONG');
    expect(await ping(server.socketPath)).to.equal('PONG');
    await server.stop();
    expect(existsSync(server.socketPath)).to.equal(false);
    expect(await ping(server.url).catch(() => 'refused')).to.equal('refused');
  });

  it('comes back empty on the same port after a kill', async () => {
    await using({}, async (server) => {
      const firstPid = server.pid;
      await server.kill();
      expect(await ping(server.url).catch(() => 'refused')).to.equal('refused');
      await server.restart();
      expect(server.pid).to.not.equal(firstPid);
      expect(await ping(server.url)).to.equal('PONG');
    });
  });

  it('does not answer while paused, can be stopped in that state, and continues when resumed', async () => {
    await using({}, async (server) => {
      server.pause();
      const late = await ping(server.url, { commandTimeout: 200, connectTimeout: 200 }).catch(
        () => 'late',
      );
      expect(late).to.equal('late');
      server.resume();
      expect(await ping(server.url)).to.equal('PONG');
      server.pause();
    });
  });

  it('speaks TLS with a certificate that a client can check', async () => {
    await using({ tls: true }, async (server) => {
      expect(server.url).to.match(/^rediss:/);
      expect(await ping(server.url, { tls: { ca: server.ca } })).to.equal('PONG');
      const unknown = await ping(server.url).catch(() => 'not trusted');
      expect(unknown).to.equal('not trusted');
    });
  });

  it('enforces the ACL of its users, and takes further arguments', async () => {
    const acl = ['user default off', 'user app on >secret ~curfew:* +ping +info'];
    const args = ['--maxmemory-policy', 'noeviction'];
    await using({ acl, args }, async (server) => {
      const login = { username: 'app', password: 'secret' };
      expect(await ping(server.url, login)).to.equal('PONG');
      const stranger = await ping(server.url).catch(() => 'refused');
      expect(stranger).to.equal('refused');
    });
  });
});

describe('Envoy for tests', () => {
  before(async function () {
    await envoyOrSkip(this);
  });

  const config = `
static_resources:
  listeners:
    - name: front
      address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: front
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes: [{ match: { prefix: / }, direct_response: { status: 200, body: { inline_string: hello } } }]
                http_filters:
                  - name: envoy.filters.http.router
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
`;

  it('serves its configuration, and reports its port, its statistics and its log', async () => {
    const envoy = await startEnvoy({ config });
    try {
      const port = await envoy.port('front');
      const response = await fetch(`http://127.0.0.1:${port}/`, {
        headers: { connection: 'close' },
      });
      expect(await response.text()).to.equal('hello');
      const stats = await envoy.stats('^http\\.front\\.downstream_rq_2xx$');
      expect(stats.get('http.front.downstream_rq_2xx')).to.equal(1);
    } finally {
      await envoy.stop();
    }
  });

  it('shows its log when it cannot start', async () => {
    const failure = await startEnvoy({ config: 'static_resources: { nonsense: 1 }' }).then(
      async (envoy) => (await envoy.stop(), 'started'),
      String,
    );
    expect(failure).to.contain('nonsense');
  });
});
