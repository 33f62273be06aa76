import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createCheckClient } from '../../support/requests/check-request.ts';
import { startProcess } from '../../support/processes/child-process.ts';
import {
  buildWithoutEngine,
  copiedFromContext,
  listForm,
  readDockerfile,
} from '../../support/image/dockerfile.ts';
import type { BuiltImage } from '../../support/image/dockerfile.ts';
import { eventually } from '../../support/time/eventually.ts';
import { freePort } from '../../support/network/free-port.ts';
import { canContain, containedCommand, putNode } from '../../support/image/image-container.ts';
import { imageNodeFlags } from '../../support/image/node-flags.ts';
import { treeDigests } from '../../support/image/tree-digests.ts';

const run = promisify(execFile);
// npm fetches packages, perhaps by a slow network.
const BUILD_MAX_MS = 600_000;
const root = join(import.meta.dirname, '..', '..', '..');
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

  it('ends in an image without a shell, not run by root, with a health check', () => {
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

  it('has the labels of the OCI image specification', () => {
    const labels = instructions.find(({ name }) => name === 'LABEL')?.text ?? '';
    for (const name of ['title', 'description', 'licenses', 'version', 'revision', 'source']) {
      expect(labels).to.match(new RegExp(`org\\.opencontainers\\.image\\.${name}="[^"]`));
    }
  });

  it('builds on the platform of the builder, so that no other needs to be emulated', () => {
    const bases = instructions.filter(({ name }) => name === 'FROM');
    expect(bases.slice(0, -1).map(({ words }) => words[0])).to.deep.equal([
      '--platform=$BUILDPLATFORM',
      '--platform=$BUILDPLATFORM',
    ]);
  });

  describe('its steps, without an engine', () => {
    let folder: string;
    let image: BuiltImage;

    before(async function () {
      this.timeout(BUILD_MAX_MS);
      folder = await mkdtemp(join(tmpdir(), 'curfew-image-'));
      // A container's user must be able to pass the folders above its root.
      await chmod(folder, 0o755);
      image = await buildWithoutEngine(instructions, root, join(folder, 'first'));
    });

    after(async function () {
      // Thousands of files, perhaps on a busy disk.
      this.timeout(60_000);
      await rm(folder, { recursive: true, force: true });
    });

    it('make a folder with the program and its dependencies, and nothing for developers', async function () {
      this.timeout(60_000);
      const names = ['LICENSE', 'dist', 'node_modules', 'package.json', 'proto'];
      expect((await readdir(image.workdir)).toSorted()).to.deep.equal(names);
      const packages = await readdir(join(image.workdir, 'node_modules'));
      expect(packages).to.include('ioredis').and.not.include('typescript').and.not.include('mocha');
    });

    it('make the same files each time', async function () {
      this.timeout(BUILD_MAX_MS);
      const again = await buildWithoutEngine(instructions, root, join(folder, 'second'));
      const first = await treeDigests(image.root);
      expect(Object.keys(first).length).to.be.greaterThan(500);
      const second = await treeDigests(again.root);
      const differing = Object.keys({ ...first, ...second }).filter(
        (name) => first[name] !== second[name],
      );
      expect(differing).to.deep.equal([]);
    });

    it('make the same for each platform: no package has native code', async function () {
      this.timeout(60_000);
      const names = Object.keys(await treeDigests(image.root));
      expect(names.filter((name) => /\.(node|so|dylib|dll|wasm)$/.test(name))).to.deep.equal([]);
      const packages = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
        packages: Record<string, { dev?: boolean; cpu?: string[]; os?: string[] }>;
      };
      const bound = Object.entries(packages.packages)
        .filter(([name, { dev }]) => name !== '' && dev !== true)
        .filter(([, { cpu, os }]) => cpu ?? os);
      expect(bound).to.deep.equal([]);
    });

    it('make a Curfew that serves, passes its health check, follows its file, and stops when asked', async function () {
      this.timeout(60_000);
      if (!canContain()) return skipContained(this);
      await putNode(image.root);
      await writeFile(join(image.root, 'etc', 'curfew', 'curfew.yaml'), POLICY);
      const [grpcPort, opsPort] = [await freePort(), await freePort()];
      const env = {
        PATH: process.env['PATH'],
        ...image.env,
        CURFEW_GRPC_ADDRESS: `127.0.0.1:${grpcPort}`,
        CURFEW_OPS_ADDRESS: `127.0.0.1:${opsPort}`,
        CURFEW_DRAIN_DELAY: '0s',
      };
      const contained = (words: readonly string[]) =>
        containedCommand(image.root, '/curfew', words);
      const start = contained([
        ...listForm(instructions, 'ENTRYPOINT'),
        ...listForm(instructions, 'CMD'),
      ]);
      const curfew = await startProcess(start.file, start.args, { env });
      try {
        const health = contained(listForm(instructions, 'HEALTHCHECK'));
        await eventually('healthy Curfew', () => run(health.file, health.args, { env }), 30_000);
        const client = createCheckClient(`127.0.0.1:${grpcPort}`);
        const answer = await client.check({ headers: { cookie: 'sid=abc' } });
        client.close();
        expect(answer.response).to.have.property('ok_response');
        const status = await readFile(`/proc/${curfew.pid}/status`, 'utf8');
        expect(status).to.match(/^Uid:\t65532\t65532\t65532\t65532$/m);
        expect(status)
          .to.match(/^CapEff:\t0+$/m)
          .and.match(/^NoNewPrivs:\t1$/m);
        // The thread that judges a changed file is another program of the image.
        await writeFile(join(image.root, 'etc', 'curfew', 'curfew.yaml'), `${POLICY}# changed\n`);
        const loads = () => curfew.log().split('"event":"policies_loaded"').length - 1;
        await eventually('the changed file', () => loads() === 2, 20_000);
        curfew.signal('SIGTERM');
        expect(await curfew.ended()).to.equal(0);
      } catch (error) {
        throw new Error(curfew.log(), { cause: error });
      } finally {
        await curfew.stop();
      }
    });

    it('leave no file that could be written', async function () {
      if (!canContain()) return skipContained(this);
      const script = `for (const path of ['/x', '/tmp/x', '/curfew/x', '/curfew/dist/main.js', '/dev/x'])
        try { require('fs').appendFileSync(path, ''); console.log(path); } catch {}
        console.log(process.getuid(), require('fs').existsSync('/bin/sh'));`;
      const { file, args } = containedCommand(image.root, '/curfew', [
        '/nodejs/bin/node',
        '-e',
        script,
      ]);
      expect((await run(file, args)).stdout).to.equal('65532 false\n');
    });
  });
});

function skipContained(context: Mocha.Context): void {
  if (process.env['CI']) throw new Error('needs root on Linux, and CI must not skip it');
  process.stderr.write('no container by hand: that needs root on Linux\n');
  context.skip();
}
