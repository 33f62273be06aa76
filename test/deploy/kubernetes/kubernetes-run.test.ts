import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import { encodeCheckRequest, decodeCheckResponse } from '../../support/requests/check-request.ts';
import { kubectlOrSkip } from '../../support/programs/deploy-tools.ts';
import { eventually } from '../../support/time/eventually.ts';
import { startGrpcJsClient } from '../../support/grpc-clients/grpc-js-client.ts';
import { conformanceOrSkip } from '../../support/kubernetes/schemas/kubeconform.ts';
import { parseObjects } from '../../support/kubernetes/kube-object.ts';
import type { KubeObject } from '../../support/kubernetes/kube-object.ts';
import {
  DEPLOY_FOLDER,
  kustomizeFolders,
  render,
  renderOverlay,
} from '../../support/kubernetes/kustomize.ts';
import { objectFaults } from '../../support/kubernetes/faults/object-faults.ts';
import { SECRET_KEYS } from '../../support/kubernetes/mounted-files.ts';
import type { SecretTexts } from '../../support/kubernetes/pod-files.ts';
import { startRenderedPod } from '../../support/kubernetes/rendered-pod.ts';
import type { RenderedPod } from '../../support/kubernetes/rendered-pod.ts';
import {
  kubernetesReadmeBlock,
  secretsOfReadme,
} from '../../support/kubernetes/secrets-of-readme.ts';
import { KUBERNETES_VERSIONS } from '../../support/kubernetes/schemas/kubernetes-schemas.ts';
import { imageNodeFlags } from '../../support/image/node-flags.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');
const ENTRYPOINT = [process.execPath, ...imageNodeFlags(), MAIN];
const PASSWORD = 'correct horse battery staple';
const READY_MAX_MS = 20_000;
const ADMIN_HOST = 'curfew-admin.curfew.svc.cluster.local';

describe('Curfew started by its manifests', function () {
  this.timeout(60_000);
  let kubectl: string;
  let redis: RedisServer;
  let folder: string;
  let secrets: SecretTexts;
  const authority = createAuthority('curfew');
  const server = authority.issue();
  const client = authority.issue({ commonName: 'envoy' });
  const admin = authority.issue({ dnsName: ADMIN_HOST });

  before(async function () {
    kubectl = await kubectlOrSkip(this);
    await redisServerOrSkip(this);
    const acl = await readFile(join(DEPLOY_FOLDER, 'redis', 'users.acl'), 'utf8');
    redis = await startRedisServer({
      tls: true,
      acl: acl.replaceAll('CHANGE-ME', PASSWORD.replaceAll(' ', '-')).trim().split('\n'),
    });
    folder = await mkdtemp(join(tmpdir(), 'curfew-secrets-'));
    const files: Readonly<Record<string, string>> = {
      'redis-password': `${PASSWORD.replaceAll(' ', '-')}\n`,
      'redis-ca.crt': redis.ca ?? '',
      'sentinel-password': 'any password\n',
      'tls.crt': server.cert,
      'tls.key': server.key,
      'ca.crt': authority.cert,
      'client.crt': client.cert,
      'client.key': client.key,
      'admin.crt': admin.cert,
      'admin.key': admin.key,
      'admin-ca.crt': authority.cert,
    };
    await Promise.all(
      Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)),
    );
    secrets = await secretsOfReadme(kubectl, folder);
  });

  after(async () => {
    await redis?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  it('gets from the commands of the README every Secret that the manifests mount', () => {
    const keys = Object.entries(secrets).map(([name, data]) => [
      name,
      Object.keys(data).toSorted(),
    ]);
    const wanted = Object.entries(SECRET_KEYS).map(([name, data]) => [name, data.toSorted()]);
    expect(Object.fromEntries(keys)).to.deep.equal(Object.fromEntries(wanted));
  });

  for (const name of ['certificate', 'administration certificate']) {
    it(`has a Certificate on its page that cert-manager would accept (${name})`, async function () {
      const conformance = await conformanceOrSkip(this);
      const certificate = await kubernetesReadmeBlock(name);
      for (const version of KUBERNETES_VERSIONS) {
        // oxlint-disable-next-line no-await-in-loop -- two versions
        expect(await conformance.problems(certificate, version)).to.deep.equal([]);
      }
    });
  }

  it('names in the Certificate of administration the host of its Service', async () => {
    const { spec } = parse(await kubernetesReadmeBlock('administration certificate')) as {
      spec: { dnsNames: string[]; secretName: string };
    };
    expect(spec).to.deep.include({ secretName: 'curfew-admin-tls' });
    expect(spec.dnsNames).to.include(ADMIN_HOST);
  });

  it('uses no authority of Redis with the patch of the README', async () => {
    const patched = parse(await kubernetesReadmeBlock('public authority')) as object;
    const { yaml, warnings } = await renderOverlay(kubectl, patched);
    expect(warnings).to.equal('');
    expect(yaml).to.contain('CURFEW_REDIS_PASSWORD_FILE').and.not.contain('CURFEW_REDIS_CA_FILE');
    expect(objectFaults(parseObjects(yaml))).to.deep.equal([]);
  });

  const tables = [
    { name: 'kubernetes/base', isTls: false, isRedis: true, denies: false },
    { name: 'kubernetes/components/mutual-tls', isTls: true, isRedis: true, denies: false },
    { name: 'kubernetes/components/administration', isTls: false, isRedis: true, denies: false },
    { name: 'kubernetes/overlays/dev', isTls: false, isRedis: false, denies: true },
    { name: 'kubernetes/overlays/production', isTls: true, isRedis: true, denies: true },
    { name: 'kubernetes/overlays/envoy-gateway', isTls: true, isRedis: true, denies: true },
  ];
  for (const { name, isTls, isRedis, denies } of tables) {
    describe(name, () => {
      let objects: KubeObject[];
      let pod: RenderedPod;

      before(async () => {
        const found = kustomizeFolders().find((other) => other.name === name);
        if (found === undefined) throw new Error(`there is no ${name}`);
        objects = parseObjects((await render(kubectl, found)).yaml);
        const store = { CURFEW_STORE: redis.url.replace('//', '//curfew@') };
        pod = await startRenderedPod({
          objects,
          title: 'Deployment/curfew',
          entrypoint: ENTRYPOINT,
          secrets,
          ...(isRedis ? { environment: store } : {}),
        });
        await eventually('ready', () => pod.probe('readinessProbe'), READY_MAX_MS).catch(
          (error: unknown) => {
            throw new Error(`${String(error)}\n${pod.process.log()}`, { cause: error });
          },
        );
      });
      after(() => pod?.stop());

      it('passes all probes', async () => {
        expect(await pod.probe('startupProbe')).to.equal(true);
        expect(await pod.probe('readinessProbe')).to.equal(true);
        expect(await pod.probe('livenessProbe')).to.equal(true);
      });

      it('warns only of what its overlay does on purpose', () => {
        const warned = pod.process
          .log()
          .split('\n')
          .filter((line) => line.includes('"level":"warn"'))
          .map((line) => (JSON.parse(line) as { event: string }).event);
        expect(warned).to.deep.equal(isRedis ? [] : ['store_in_memory']);
      });

      it(`answers a check without a session${isTls ? ', over mutual TLS' : ''}`, async () => {
        const tls = { ca: 'ca.crt', certificate: 'client.crt', key: 'client.key' } as const;
        const files = Object.fromEntries(
          Object.entries(tls).map(([what, file]) => [what, join(folder, file)]),
        ) as typeof tls;
        const asking = startGrpcJsClient(
          `127.0.0.1:${pod.port('grpc')}`,
          isTls ? files : undefined,
        );
        try {
          const { reply, message } = await asking.check({ request: encodeCheckRequest() });
          expect(reply, message).not.to.equal(undefined);
          const { denied_response: denied } = decodeCheckResponse(reply ?? Buffer.alloc(0));
          expect(denied?.status?.code).to.equal(denies ? 401 : undefined);
        } finally {
          await asking.close();
        }
      });

      if (!isTls) return;
      it('answers no client without a certificate', async () => {
        const asking = startGrpcJsClient(`127.0.0.1:${pod.port('grpc')}`);
        const { reply } = await asking.check({ request: encodeCheckRequest(), timeoutMs: 2_000 });
        await asking.close();
        expect(reply).to.equal(undefined);
      });
    });
  }
});
