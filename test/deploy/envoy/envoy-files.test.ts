import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import { envoyDocuments } from '../../support/envoy/envoy-documents.ts';
import type { EnvoyDocument } from '../../support/envoy/envoy-documents.ts';
import { withRateLimit } from '../../support/envoy/with-rate-limit.ts';
import { DEPLOY_FOLDER } from '../../support/kubernetes/kustomize.ts';
import { envoyOrSkip } from '../../support/programs/provision-or-skip.ts';

describe('envoy --mode validate', function () {
  this.timeout(60_000);
  const authority = createAuthority();
  const own = authority.issue();
  let envoy: string;
  let folder: string;

  before(async function () {
    envoy = await envoyOrSkip(this);
    folder = await mkdtemp(join(tmpdir(), 'curfew-envoy-files-'));
    // A file may name another file, which Envoy then reads, too.
    for (const name of globSync('**/*.yaml', { cwd: join(DEPLOY_FOLDER, 'envoy') })) {
      const text = readFileSync(join(DEPLOY_FOLDER, 'envoy', name), 'utf8');
      // oxlint-disable-next-line no-await-in-loop -- a handful
      await mkdir(dirname(join(folder, name)), { recursive: true });
      // oxlint-disable-next-line no-await-in-loop
      await writeFile(join(folder, name), await withItsFiles(text));
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /**
   * Puts the files that the configuration names below `/etc/envoy` into a test folder, because Envoy opens them.
   * Certificates and keys are made; every other file must be one of the shipped files.
   */
  async function withItsFiles(bootstrap: string): Promise<string> {
    const paths = new Set(bootstrap.match(/\/etc\/envoy\/[\w./-]*\w/g));
    for (const path of paths) {
      const here = path.replace('/etc/envoy', folder);
      if (existsSync(here) || existsSync(path.replace('/etc', DEPLOY_FOLDER))) continue;
      const kind = extname(here);
      if (!['', '.crt', '.key'].includes(kind))
        throw new Error(`${path} is named, and not shipped`);
      // oxlint-disable-next-line no-await-in-loop -- a handful
      await mkdir(kind === '' ? here : dirname(here), { recursive: true });
      // oxlint-disable-next-line no-await-in-loop
      if (kind !== '') await writeFile(here, kind === '.key' ? own.key : own.cert);
    }
    return bootstrap.replaceAll('/etc/envoy', folder);
  }

  async function complaintsAbout(bootstrap: string): Promise<string> {
    const file = join(folder, 'bootstrap-of-test.yaml');
    await writeFile(file, await withItsFiles(bootstrap));
    const args = ['--mode', 'validate', '--reject-unknown-dynamic-fields', '--config-path', file];
    const said = await promisify(execFile)(envoy, args).then(
      ({ stdout, stderr }) => stdout + stderr,
      (error: unknown) => `${(error as { stderr: string }).stderr}\n[error] it is refused`,
    );
    const isFault = (line: string) => /\]?\[(warning|error|critical)\]|deprecated/i.test(line);
    const faults = said.split('\n').filter(isFault);
    if (faults.length === 0 && !said.includes(`configuration '${file}' OK`)) return said;
    return faults.join('\n');
  }

  const documents = envoyDocuments();

  it('is run on every shipped file', () => {
    expect(documents.map(({ name }) => name)).to.include.members([
      'envoy/envoy.yaml',
      'envoy/xds/bootstrap.yaml',
      'envoy/xds/clusters.yaml',
      'envoy/xds/endpoints.yaml',
      'envoy/xds/listeners.yaml',
      'envoy/xds/routes.yaml',
    ]);
  });

  for (const { name, bootstrap } of documents) {
    it(`accepts ${name}`, async () => {
      expect(await complaintsAbout(bootstrap)).to.equal('');
    });
  }

  for (const { name, bootstrap } of documents.filter(hasFilters)) {
    it(`accepts the limit of rate-limit.yaml in ${name}`, async () => {
      expect(await complaintsAbout(withRateLimit(bootstrap))).to.equal('');
    });
  }

  it('rejects a mistake in rate-limit.yaml', async () => {
    const [document] = documents.filter(hasFilters);
    const limited = withRateLimit(document?.bootstrap ?? '');
    expect(limited).to.contain('hits_addend');
    const broken = limited.replace('hits_addend', 'hit_addend');
    expect(await complaintsAbout(broken)).to.match(/hit_addend/);
  });

  const mistakes: readonly (readonly [file: string, from: string, to: string, says: RegExp])[] = [
    ['envoy/envoy.yaml', 'status_on_error', 'status_on_eror', /no such field: 'status_on_eror'/],
    ['envoy/envoy.yaml', 'cluster: app_grpc', 'cluster: app_gprc', /unknown cluster 'app_gprc'/],
    ['envoy/xds/routes.yaml', 'context_extensions', 'context_extension', /context_extension'/],
    ['envoy/xds/clusters.yaml', 'grpc_health_check', 'grpc_healthcheck', /grpc_healthcheck'/],
    [
      'envoy/xds/listeners.yaml',
      '"delayed_close_timeout":"0.2s"',
      '"delayed_close_timeout":"0.2"',
      /delayed_close_timeout/,
    ],
  ];
  for (const [file, from, to, says] of mistakes) {
    it(`rejects ${to} in ${file}`, async () => {
      const document = documents.find(({ name }) => name === file);
      expect(document?.bootstrap).to.contain(from);
      const broken = document?.bootstrap.replace(from, to) ?? '';
      expect((await complaintsAbout(broken)).replaceAll(/\s+/g, ' ')).to.match(says);
    });
  }
});

/** Those in YAML, as a person edits them. */
function hasFilters({ bootstrap }: EnvoyDocument): boolean {
  return /^ *http_filters:$/m.test(bootstrap);
}
