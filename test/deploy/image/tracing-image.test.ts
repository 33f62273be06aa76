import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCheckClient } from '../../support/requests/check-request.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import { buildWithoutEngine, readDockerfile, stageOf } from '../../support/image/dockerfile.ts';
import { eventually } from '../../support/time/eventually.ts';
import { freePort } from '../../support/network/free-port.ts';
import { startOtlpCollector } from '../../support/otlp/otlp-collector.ts';
import type { OtlpCollector } from '../../support/otlp/otlp-collector.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import type { PolicyFile } from '../../support/files/policy-file.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const instructions = readDockerfile(readFileSync(join(root, 'deploy', 'Dockerfile'), 'utf8'));

const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

describe('the packages of the image, with OTEL_EXPORTER_OTLP_ENDPOINT', function () {
  this.timeout(120_000);
  let folder: string;
  let collector: OtlpCollector;
  let policyFile: PolicyFile;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-tracing-'));
    collector = await startOtlpCollector();
    policyFile = await writePolicyFile(POLICY);
  });

  after(async () => {
    await collector?.stop();
    await policyFile?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  /** The sources with exactly the packages that the image has. */
  async function installed(args: Readonly<Record<string, string>>): Promise<string> {
    const into = await mkdtemp(join(folder, 'image-'));
    const { workdir } = await buildWithoutEngine(
      stageOf(instructions, 'packages'),
      root,
      into,
      args,
    );
    await cp(join(root, 'src'), join(workdir, 'src'), { recursive: true });
    return workdir;
  }

  async function served(workdir: string, then: (curfew: Curfew) => Promise<void>): Promise<void> {
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    const curfew = await startCurfew({
      program: join(workdir, 'src', 'main.ts'),
      policyPath: policyFile.path,
      grpcPort,
      opsPort,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.httpUrl, OTEL_BSP_SCHEDULE_DELAY: '20' },
    });
    const client = createCheckClient(`127.0.0.1:${grpcPort}`);
    try {
      const answer = await client.check({ headers: { cookie: 'sid=abc' } });
      expect(answer.response).to.have.property('ok_response');
      await then(curfew);
    } finally {
      client.close();
      await curfew.stop();
    }
  }

  it('are not enough by default: Curfew reports what is missing, and serves without traces', async () => {
    const workdir = await installed({});
    const packages = await readdir(join(workdir, 'node_modules', '@opentelemetry'));
    expect(packages).to.deep.equal(['api']);
    await served(workdir, async (curfew) => {
      const lines = curfew.log().split('\n');
      const line = lines.find((one) => one.includes('"event":"tracing_packages_missing"')) ?? '{}';
      const { level, msg } = JSON.parse(line) as Record<string, string>;
      expect(level).to.equal('warn');
      expect(msg).to.match(/--build-arg TRACING=true/);
      expect(msg).to.match(/npm install .*@opentelemetry\/sdk-trace@\^3\./);
    });
    expect(collector.spans).to.deep.equal([]);
  });

  it('are enough with --build-arg TRACING=true, and are those of the lock file', async () => {
    const workdir = await installed({ TRACING: 'true' });
    const packages = await readdir(join(workdir, 'node_modules'));
    expect(packages).to.not.include('mocha').and.not.include('typescript');
    expect(await readFileOf(workdir, 'package.json')).to.equal(
      await readFileOf(root, 'package.json'),
    );
    const lock = JSON.parse(await readFileOf(root, 'package-lock.json')) as {
      packages: Record<string, { version: string }>;
    };
    const names = await readdir(join(workdir, 'node_modules', '@opentelemetry'));
    expect(names.length).to.be.greaterThan(8);
    for (const name of names) {
      const path = join('node_modules', '@opentelemetry', name);
      // oxlint-disable-next-line no-await-in-loop -- a dozen small files
      const text = await readFileOf(join(workdir, path), 'package.json');
      const { version } = JSON.parse(text) as { version: string };
      expect(version, name).to.equal(lock.packages[path]?.version);
    }
    await served(workdir, async (curfew) => {
      const span = await eventually('span of the check', () => collector.spans[0]);
      expect(span).to.include({ service: 'curfew' });
      expect(curfew.log()).to.include('"event":"tracing_on"');
    });
  });
});

const readFileOf = async (folder: string, name: string): Promise<string> =>
  readFileSync(join(folder, name), 'utf8');
