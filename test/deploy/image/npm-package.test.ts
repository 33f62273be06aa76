import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeKeyFile } from '../../support/files/key-file.ts';
import type { KeyFile } from '../../support/files/key-file.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import type { PolicyFile } from '../../support/files/policy-file.ts';
import { freePort } from '../../support/network/free-port.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import { runCommand } from '../../support/processes/run-command.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { createCheckClient } from '../../support/requests/check-request.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const PACK_AND_INSTALL_MAX_MS = 600_000;
const SERVE_MAX_MS = 60_000;
const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

interface Packed {
  readonly filename: string;
  readonly version: string;
  readonly files: readonly { readonly path: string }[];
}

describe('the npm package, installed in an empty folder', () => {
  let folder: string;
  let home: string;
  let packed: Packed;

  before(async function () {
    this.timeout(PACK_AND_INSTALL_MAX_MS);
    folder = await mkdtemp(join(tmpdir(), 'curfew-package-'));
    home = join(folder, 'home');
    await mkdir(home);
    // `prepack` builds dist first, and prints before the report.
    const report = await npm(root, ['pack', '--json', `--pack-destination=${folder}`]);
    [packed] = JSON.parse(report.slice(report.search(/^\[/m))) as [Packed];
    const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
    await npm(home, ['install', '--ignore-scripts', ...quiet, join(folder, packed.filename)]);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('has the license, the messages, and one program for each source', () => {
    const paths = packed.files.map(({ path }) => path);
    expect(paths).to.include.members(['LICENSE', 'README.md', 'CHANGELOG.md', 'dist/main.js']);
    expect(paths).to.include('proto/envoy/service/auth/v3/external_auth.proto');
    for (const path of paths.filter((name) => name.startsWith('dist/'))) {
      const source = path.replace(/^dist/, 'src').replace(/\.js$/, '.ts');
      expect(existsSync(join(root, source)), path).to.equal(true);
    }
  });

  it('installs neither what tests need nor the tools of the project', async () => {
    const { packages } = JSON.parse(
      await readFile(join(home, 'node_modules', '.package-lock.json'), 'utf8'),
    ) as { packages: object };
    const names = Object.keys(packages);
    expect(names).to.include('node_modules/ioredis');
    for (const name of ['typescript', 'mocha', '@opentelemetry/sdk-trace']) {
      expect(names).to.not.include(`node_modules/${name}`);
    }
    const paths = packed.files.map(({ path }) => path);
    expect(paths.filter((path) => /^(test|tools|src)\//.test(path))).to.deep.equal([]);
  });

  it('has a command that says its version', async () => {
    const command = join(home, 'node_modules', '.bin', 'curfew');
    const { code, stdout, stderr } = await runCommand(command, ['--version'], { cwd: home });
    expect(code, stderr).to.equal(0);
    expect(stdout).to.include(packed.version);
  });

  describe('with a Redis', () => {
    let redis: RedisServer;
    let keys: KeyFile;
    let policy: PolicyFile;
    let curfew: Curfew | undefined;

    before(async function () {
      await redisServerOrSkip(this);
      this.timeout(SERVE_MAX_MS);
      redis = await startRedisServer();
      keys = await writeKeyFile();
      policy = await writePolicyFile(POLICY);
    });

    after(async () => {
      await curfew?.stop();
      await redis?.stop();
      await keys?.remove();
      await policy?.remove();
    });

    it('serves, allows a request, and knows its session', async function () {
      this.timeout(SERVE_MAX_MS);
      const [grpcPort, opsPort] = [await freePort(), await freePort()];
      curfew = await startCurfew({
        program: await realpath(join(home, 'node_modules', '.bin', 'curfew')),
        policyPath: policy.path,
        grpcPort,
        opsPort,
        store: redis.url,
        flags: [`--key-file=${keys.path}`],
      });
      const client = createCheckClient(`127.0.0.1:${grpcPort}`);
      const answer = await client.check({ headers: { cookie: 'sid=abc' } });
      client.close();
      expect(answer.response).to.have.property('ok_response');
      expect(await curfew.metrics()).to.match(/^curfew_sessions_opened_total\{.*\} 1$/m);
    });
  });
});

/** What npm prints. Its steps must not count for the coverage of the tests. */
async function npm(cwd: string, words: readonly string[]): Promise<string> {
  const { NODE_V8_COVERAGE: _, ...env } = process.env;
  const { code, stdout, stderr } = await runCommand('npm', words, { cwd, env });
  if (code !== 0) throw new Error(`npm ${words.join(' ')}\n${stdout}\n${stderr}`);
  return stdout;
}
