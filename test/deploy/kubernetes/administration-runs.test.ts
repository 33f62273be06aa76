import { expect } from 'chai';
import { request } from 'node:https';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { httpCall } from '../../support/clients/http-call.ts';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import type { Certificate } from '../../support/certificates/certificate-authority.ts';
import { imageNodeFlags } from '../../support/image/node-flags.ts';
import { parseObjects } from '../../support/kubernetes/kube-object.ts';
import { renderWith } from '../../support/kubernetes/kustomize.ts';
import type { SecretTexts } from '../../support/kubernetes/pod-files.ts';
import { startRenderedPod } from '../../support/kubernetes/rendered-pod.ts';
import type { RenderedPod } from '../../support/kubernetes/rendered-pod.ts';
import {
  kubernetesReadmeBlock,
  secretsOfReadme,
} from '../../support/kubernetes/secrets-of-readme.ts';
import { runCommand } from '../../support/processes/run-command.ts';
import { kubectlOrSkip } from '../../support/programs/deploy-tools.ts';
import { eventually } from '../../support/time/eventually.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');
const ENTRYPOINT = [process.execPath, ...imageNodeFlags(), MAIN];
const HOST = 'curfew-admin.curfew.svc.cluster.local';
const READY_MAX_MS = 20_000;
/** There is no Redis here. */
const MEMORY = { CURFEW_STORE: 'memory:' };

describe('administration started by its manifests', function () {
  this.timeout(60_000);
  let kubectl: string;
  let folder: string;
  let secrets: SecretTexts;
  const authority = createAuthority('curfew');
  const server = authority.issue({ dnsName: HOST });
  const pods: RenderedPod[] = [];

  before(async function () {
    kubectl = await kubectlOrSkip(this);
    folder = await mkdtemp(join(tmpdir(), 'curfew-secrets-'));
    const files: Readonly<Record<string, string>> = {
      'redis-password': 'not used here\n',
      'redis-ca.crt': authority.cert,
      'sentinel-password': 'any password\n',
      'tls.crt': server.cert,
      'tls.key': server.key,
      'ca.crt': authority.cert,
      'admin.crt': server.cert,
      'admin.key': server.key,
      'admin-ca.crt': authority.cert,
    };
    await Promise.all(
      Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)),
    );
    secrets = await secretsOfReadme(kubectl, folder);
  });

  after(async () => {
    await Promise.all(pods.map((pod) => pod.stop()));
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  async function started(yaml: string): Promise<RenderedPod> {
    const pod = await startRenderedPod({
      objects: parseObjects(yaml),
      title: 'Deployment/curfew',
      entrypoint: ENTRYPOINT,
      secrets,
      environment: MEMORY,
    });
    pods.push(pod);
    await eventually('ready', () => pod.probe('readinessProbe'), READY_MAX_MS).catch(
      (error: unknown) => {
        throw new Error(`${String(error)}\n${pod.process.log()}`, { cause: error });
      },
    );
    return pod;
  }

  /** The status of `GET /v1/status`, asked at the name of the Service. */
  function statusOf(
    pod: RenderedPod,
    { token, client }: { readonly token?: string; readonly client?: Certificate } = {},
  ): Promise<number | undefined> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const port = pod.port('https-admin');
    const tls = { ca: authority.cert, servername: HOST, ...client };
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path: '/v1/status', headers, agent: false };
      const call = request({ ...options, ...tls }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      });
      call.on('error', reject);
      call.end();
    });
  }

  const tokenOf = (name: string): string => {
    const lines = (secrets['curfew-admin-tokens']?.['tokens'] ?? '').split('\n');
    return lines.find((line) => line.startsWith(name))?.split(' ')[2] ?? '';
  };

  describe('with the tokens of the page', () => {
    let pod: RenderedPod;
    before(async () => {
      pod = await started((await renderWith(kubectl, ['administration'])).yaml);
    });

    it('answers an operator over TLS, at the name of its Service', async () => {
      expect(await statusOf(pod, { token: tokenOf('on-call') })).to.equal(200);
    });

    it('answers the command of the page, through a forwarded port', async () => {
      const lines = (await kubernetesReadmeBlock('administration from here')).split('\n');
      const script = lines
        .filter((line) => !line.startsWith('kubectl '))
        .join('\n')
        .replace(':9003', `:${pod.port('https-admin')}`)
        .replace(/^curfew /m, `"${process.execPath}" "${MAIN}" `);
      const run = { cwd: folder, env: { PATH: process.env['PATH'] } };
      const { code, stdout, stderr } = await runCommand('sh', ['-c', script], run);
      expect(stderr).to.equal('');
      expect(code, stdout).to.equal(0);
    });

    it('refuses a caller without a token, with a wrong one, and one whose role does not suffice', async () => {
      expect(await statusOf(pod)).to.equal(401);
      expect(await statusOf(pod, { token: 'x'.repeat(64) })).to.equal(401);
      expect(await statusOf(pod, { token: tokenOf('login-service') })).to.equal(403);
    });

    it('answers no caller in plain text', async () => {
      const answer = await httpCall(pod.port('https-admin'), '/v1/status').catch(() => undefined);
      expect(answer).to.equal(undefined);
    });

    it('takes no certificate for a caller, because no authority of callers is set', async () => {
      const client = authority.issue({ commonName: 'ops-console' });
      expect(await statusOf(pod, { client })).to.equal(401);
    });
  });

  it('knows callers by certificates with the settings of the page', async () => {
    const fields = parse(await kubernetesReadmeBlock('administration callers')) as object;
    const { yaml, warnings } = await renderWith(kubectl, ['administration'], fields);
    expect(warnings).to.equal('');
    const pod = await started(yaml);
    const ask = (commonName: string, by = authority) =>
      statusOf(pod, { client: by.issue({ commonName }) });
    expect(await ask('ops-console')).to.equal(200);
    expect(await ask('login-service')).to.equal(403);
    expect(await ask('another')).to.equal(401);
    expect(await ask('ops-console', createAuthority('other')).catch(() => 'refused')).to.not.equal(
      200,
    );
    expect(await statusOf(pod, { token: tokenOf('on-call') })).to.equal(200);
  });
});
