import { expect } from 'chai';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TRANSPORTS } from '../../../src/transport/start-transport.ts';
import { startProcess } from '../../support/processes/child-process.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import { freePort } from '../../support/network/free-port.ts';
import { httpCall } from '../../support/clients/http-call.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');

const POLICIES = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

describe('process start', () => {
  let folder: string;
  let policyPath: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-start-'));
    policyPath = join(folder, 'curfew.yaml');
    await writeFile(policyPath, POLICIES);
  });

  after(() => rm(folder, { recursive: true }));

  /** Runs a command until it ends. */
  async function run(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<{ code: number | NodeJS.Signals; said: string }> {
    const child = await startProcess(process.execPath, [MAIN, ...args], {
      env: { ...process.env, ...env },
      cwd: folder,
    });
    const code = await child.ended();
    return { code, said: child.log() };
  }

  for (const transport of TRANSPORTS) {
    it(`becomes ready on ${transport}, logs what it runs with, and ends with 0 on SIGTERM`, async () => {
      const [grpcPort, opsPort] = [await freePort(), await freePort()];
      const curfew = await startCurfew({ policyPath, grpcPort, opsPort, transport });
      expect((await httpCall(opsPort, '/livez')).status).to.equal(200);
      curfew.signal('SIGTERM');
      expect(await curfew.ended()).to.equal(0);
      const started = lineOf(curfew.log(), 'started');
      expect(started).to.include({
        grpc_address: `127.0.0.1:${grpcPort}`,
        ops_address: `127.0.0.1:${opsPort}`,
        grpc_tls: 'off',
        transport,
        store: 'memory:',
        policy_file: policyPath,
        policies: 1,
        sources: 1,
      });
      expect(started?.['policy_hash']).to.match(/^[0-9a-f]{16}$/);
      expect(lineOf(curfew.log(), 'store_in_memory')?.['msg']).to.match(
        /loses all sessions at a restart/,
      );
      expect(lineOf(curfew.log(), 'stopped')).to.not.equal(undefined);
    });

    it(`serves on Unix sockets with ${transport}, even if a killed process has left them`, async () => {
      const grpc = `unix:${join(folder, 'grpc.sock')}`;
      const ops = `unix:${join(folder, 'ops.sock')}`;
      const args = [
        'serve',
        '--config',
        policyPath,
        '--grpc-address',
        grpc,
        '--ops-address',
        ops,
        '--drain-delay',
        '0s',
        '--transport',
        transport,
      ];
      for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
        // oxlint-disable-next-line no-await-in-loop
        const child = await startProcess(process.execPath, [MAIN, ...args]);
        // oxlint-disable-next-line no-await-in-loop
        await untilHealthy(grpc);
        child.signal(signal);
        // oxlint-disable-next-line no-await-in-loop
        expect(await child.ended()).to.equal(signal === 'SIGTERM' ? 0 : 'SIGKILL');
      }
    });
  }

  async function untilHealthy(address: string): Promise<void> {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      // oxlint-disable-next-line no-await-in-loop
      const { code, said } = await run(['healthcheck'], { CURFEW_GRPC_ADDRESS: address });
      if (code === 0) {
        expect(said).to.equal(`${address}: SERVING\n`);
        return;
      }
    }
    throw new Error('never healthy');
  }

  it('says that a health check got no answer', async () => {
    const port = await freePort();
    const { code, said } = await run(['healthcheck', '--grpc-address', `127.0.0.1:${port}`]);
    expect({ code, said }).to.deep.equal({ code: 1, said: `127.0.0.1:${port}: UNREACHABLE\n` });
  });

  describe('refuses to start, with one clear line per problem and exit code 2,', () => {
    const table: readonly (readonly [string, readonly string[], NodeJS.ProcessEnv, RegExp])[] = [
      [
        'settings that are wrong',
        ['--grpc-address', '9001'],
        { CURFEW_STORE: 'redis://a' },
        /^curfew: --grpc-address is not an address.*\ncurfew: --key-file is required with Redis.*\n$/,
      ],
      [
        'a policy file that is missing',
        ['--config', 'no.yaml'],
        {},
        /^curfew: no\.yaml does not exist\n$/,
      ],
      [
        'a policy file that is a folder',
        ['--config', '.'],
        {},
        /^curfew: \. is a folder, not a file\n$/,
      ],
      [
        'a policy file with problems',
        ['--config', 'bad.yaml'],
        {},
        /^curfew: bad\.yaml:3:\d+: [^\n]*idel/m,
      ],
      [
        'a key file that is missing',
        ['--key-file', 'no.key'],
        {},
        /^curfew: key file no\.key: .*does not exist\n$/,
      ],
      [
        'a key file without a secret',
        ['--key-file', 'bad.key'],
        {},
        /^curfew: key file bad\.key: line 1 [^\n]*\n$/,
      ],
      [
        'a password file that is missing',
        ['--key-file', 'good.key', '--store', 'redis://127.0.0.1:1'],
        { CURFEW_REDIS_PASSWORD_FILE: 'no.password' },
        /^curfew: --store: the password of the store cannot be read from no\.password: ENOENT\n$/,
      ],
      ['a flag that there is not', ['--prot', '1'], {}, /unknown option '--prot'/],
    ];

    before(async () => {
      await writeFile(
        join(folder, 'bad.yaml'),
        'version: 1\npolicies:\n  - { name: a, idel: 1h }\n',
      );
      await writeFile(join(folder, 'bad.key'), 'canary\n', { mode: 0o600 });
      await writeFile(join(folder, 'good.key'), `${'ab'.repeat(32)}\n`, { mode: 0o600 });
    });

    for (const [what, args, env, words] of table) {
      it(what, async () => {
        const own = args.includes('--config') ? [] : ['--config', policyPath];
        const { code, said } = await run(['serve', ...own, ...args], env);
        const lines = said.split('\n').filter((line) => !line.startsWith('{'));
        expect(lines.join('\n')).to.match(words);
        expect(said).to.not.contain('canary');
        expect(code).to.equal(2);
      });
    }
  });

  describe('ends with 1 and one clear line when', () => {
    let taken: Server;
    let port: number;

    before(async () => {
      taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      port = (taken.address() as { port: number }).port;
    });

    after(() => void taken.close());

    for (const [flag, transport] of [
      ['--grpc-address', 'fast'],
      ['--grpc-address', 'grpc-js'],
      ['--ops-address', 'fast'],
    ] as const) {
      it(`${flag} is taken (${transport})`, async () => {
        const other = flag === '--ops-address' ? '--grpc-address' : '--ops-address';
        const args = [
          'serve',
          '--config',
          policyPath,
          flag,
          `127.0.0.1:${port}`,
          other,
          '127.0.0.1:0',
          '--transport',
          transport,
        ];
        const { code, said } = await run(args);
        expect(said).to.contain(
          `curfew: ${flag} 127.0.0.1:${port}: another process already uses this address\n`,
        );
        expect(code).to.equal(1);
      });
    }

    it('a bug throws', async () => {
      const throwing = 'data:text/javascript,setTimeout(() => { throw new Error("a bug") }, 1000)';
      expect(await crash(throwing)).to.deep.include({
        event: 'crashed',
        error: 'a bug',
        level: 'fatal',
      });
    });

    it('a rejected promise is not handled', async () => {
      const rejecting =
        'data:text/javascript,setTimeout(() => void Promise.reject(new Error("a bug")), 1000)';
      expect(await crash(rejecting)).to.deep.include({
        event: 'crashed',
        origin: 'unhandledRejection',
      });
    });

    async function crash(program: string): Promise<Line | undefined> {
      const args = ['--import', program, MAIN, 'serve', '--config', policyPath];
      const addresses = ['--grpc-address', '127.0.0.1:0', '--ops-address', '127.0.0.1:0'];
      const child = await startProcess(process.execPath, [...args, ...addresses]);
      expect(await child.ended()).to.equal(1);
      return lineOf(child.log(), 'crashed');
    }
  });
});

type Line = Readonly<Record<string, unknown>>;

function lineOf(log: string, event: string): Line | undefined {
  const lines = log.split('\n').filter((text) => text.startsWith('{'));
  return lines.map((text) => JSON.parse(text) as Line).find((line) => line['event'] === event);
}
