import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startEnvoy } from '../support/envoy.ts';
import { withLock } from '../support/lock.mjs';
import { envoyOrSkip, redisServerOrSkip } from '../support/provision.ts';
import { startRedisServer } from '../support/redis-server.ts';
import type { RedisServer, RedisServerOptions } from '../support/redis-server.ts';

const root = join(import.meta.dirname, '..', '..');

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
    client.on('error', () => {}); // the rejected call tells it too
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

  it('answers nothing while paused, can be stopped in that state, and goes on when resumed', async () => {
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

  it('holds users to their ACL, and takes further arguments', async () => {
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

  it('serves its configuration and tells its port, its statistics and its log', async () => {
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

describe('lock between processes', () => {
  it('lets one work at a time, and takes over from an owner that died', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'curfew-lock-'));
    const lock = join(folder, 'lock');
    mkdirSync(lock);
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(join(lock, 'pid'), String(pid));
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside -= 1;
    };
    await Promise.all([withLock(lock, work), withLock(lock, work), withLock(lock, work)]);
    expect(most).to.equal(1);
    rmSync(folder, { recursive: true });
  });
});

describe('root hooks', () => {
  // Each a test file of its own for a mocha of its own, in a folder that git and mocha overlook.
  function mochaOn(body: string) {
    const file = join(root, '.cache', `left-open-${process.pid}.test.ts`);
    mkdirSync(join(root, '.cache'), { recursive: true });
    writeFileSync(file, body);
    const env = { ...process.env };
    delete env['NODE_V8_COVERAGE'];
    delete env['TALLY_FILE'];
    const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
    const { status, stdout } = spawnSync(process.execPath, [mocha, file], {
      cwd: root,
      env,
      encoding: 'utf8',
      timeout: 20_000,
    });
    rmSync(file);
    return { status, stdout };
  }

  it('name whatever a test left open, and end the run', function () {
    this.timeout(20_000);
    const { status, stdout } = mochaOn(`
      import { spawn } from 'node:child_process';
      import { once } from 'node:events';
      import { connect, createServer } from 'node:net';
      it('leaks', async () => {
        const server = createServer().listen(0, '127.0.0.1');
        await once(server, 'listening');
        connect(server.address().port);
        spawn('sleep', ['60']);
        setInterval(() => {}, 1000);
      });
    `);
    expect(stdout).to.match(/server listening on .*127\.0\.0\.1/);
    expect(stdout).to.match(/socket from 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+/);
    expect(stdout).to.match(/process \d+: sleep 60/);
    expect(stdout).to.match(/interval made .*left-open/);
    expect(stdout.trimEnd().split('\n').at(-1)).to.equal('1 passed, 1 failed, 0 skipped');
    expect(status).to.not.equal(0);
  });

  it('let a run pass that has closed everything', () => {
    const { status, stdout } = mochaOn(`
      import { once } from 'node:events';
      import { createServer } from 'node:net';
      it('tidies up', async () => {
        const timer = setInterval(() => {}, 1000);
        const server = createServer().listen(0);
        await once(server, 'listening');
        server.close();
        clearInterval(timer);
      });
    `);
    expect(stdout).to.contain('1 passed, 0 failed, 0 skipped');
    expect(status).to.equal(0);
  });
});
