import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createCheckClient } from '../support/check-request.ts';
import { startProcess } from '../support/child-process.ts';
import { buildWithoutEngine, copiedFromContext, readDockerfile } from '../support/dockerfile.ts';
import type { BuiltImage } from '../support/dockerfile.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { imageNodeFlags } from '../support/node-flags.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const instructions = readDockerfile(readFileSync(join(root, 'deploy', 'Dockerfile'), 'utf8'));
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');

const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

describe('deploy/Dockerfile', () => {
  it('copies only files that exist and that .dockerignore lets in', () => {
    expect(ignored).to.include('*');
    for (const source of copiedFromContext(instructions)) {
      expect(existsSync(join(root, source)), source).to.equal(true);
      const isLetIn = ignored.includes(`!${source.replace(/\/$/, '')}`);
      expect(isLetIn, `${source} in .dockerignore`).to.equal(true);
    }
  });

  it('ends in an image without a shell, not run by root, that knows how to tell its health', () => {
    const last = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'));
    const runtime = instructions.find(({ text }) => text.startsWith('RUNTIME='))?.text;
    expect(last[0]?.text).to.equal('${RUNTIME}');
    expect(runtime).to.match(/distroless\/nodejs24-debian13:nonroot$/);
    expect(last.map(({ name }) => name)).not.to.include('RUN');
    for (const name of ['ENTRYPOINT', 'CMD']) {
      const form = last.find((instruction) => instruction.name === name)?.text ?? '';
      expect(JSON.parse(form), name).to.be.an('array');
    }
    const health = last.find(({ name }) => name === 'HEALTHCHECK')?.text;
    expect(health).to.match(/CMD \[.*"healthcheck"\]$/);
  });

  it('starts Node with the flags that npm start gives it', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const flags = imageNodeFlags();
    expect(flags).to.include('--no-memory-reducer');
    expect(scripts['start']).to.contain(`node ${flags.join(' ')} src/main.ts`);
  });

  describe('its steps, without an engine', () => {
    let folder: string;
    let image: BuiltImage;

    before(async function () {
      this.timeout(180_000);
      folder = await mkdtemp(join(tmpdir(), 'curfew-image-'));
      image = await buildWithoutEngine(instructions, root, folder);
    });

    after(() => rm(folder, { recursive: true, force: true }));

    it('make a folder with the program and what it needs, and nothing for developers', async () => {
      const names = ['LICENSE', 'dist', 'node_modules', 'package.json', 'proto'];
      expect((await readdir(image.workdir)).toSorted()).to.deep.equal(names);
      const packages = await readdir(join(image.workdir, 'node_modules'));
      expect(packages).to.include('ioredis').and.not.include('typescript').and.not.include('mocha');
    });

    it('make a Curfew that serves, tells its health, and stops when asked', async function () {
      this.timeout(30_000);
      const [grpcPort, opsPort] = [await freePort(), await freePort()];
      const config = join(folder, 'curfew.yaml');
      await writeFile(config, POLICY);
      const env = {
        PATH: process.env['PATH'],
        ...image.env,
        CURFEW_CONFIG: config,
        CURFEW_GRPC_ADDRESS: `0.0.0.0:${grpcPort}`,
        CURFEW_OPS_ADDRESS: `0.0.0.0:${opsPort}`,
        CURFEW_DRAIN_DELAY: '0s',
      };
      const options = { cwd: image.workdir, env };
      const curfew = await startProcess(process.execPath, ['dist/main.js', 'serve'], options);
      try {
        const isHealthy = () => run(process.execPath, ['dist/main.js', 'healthcheck'], options);
        await eventually('healthy Curfew', isHealthy, 15_000);
        const client = createCheckClient(`127.0.0.1:${grpcPort}`);
        const answer = await client.check({ headers: { cookie: 'sid=abc' } });
        client.close();
        expect(answer.response).to.have.property('ok_response');
        curfew.signal('SIGTERM');
        expect(await curfew.ended()).to.equal(0);
      } catch (error) {
        throw new Error(curfew.log(), { cause: error });
      } finally {
        await curfew.stop();
      }
    });
  });
});
