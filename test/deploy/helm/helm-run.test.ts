import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import { helmOrSkip } from '../../support/programs/deploy-tools.ts';
import { eventually } from '../../support/time/eventually.ts';
import { chartWithTests } from '../../support/helm/helm-chart.ts';
import {
  environmentOf,
  parseObjects,
  selects,
  workloadsIn,
} from '../../support/kubernetes/kube-object.ts';
import type { KubeObject, Labels } from '../../support/kubernetes/kube-object.ts';
import { DEPLOY_FOLDER } from '../../support/kubernetes/kustomize.ts';
import type { SecretTexts } from '../../support/kubernetes/pod-files.ts';
import { startRenderedPod } from '../../support/kubernetes/rendered-pod.ts';
import type { RenderedPod } from '../../support/kubernetes/rendered-pod.ts';
import { imageNodeFlags } from '../../support/image/node-flags.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');
const ENTRYPOINT = [process.execPath, ...imageNodeFlags(), MAIN];
const PASSWORD = 'correct-horse-battery';
const READY_MAX_MS = 20_000;
const HOST = 'curfew.curfew.svc.cluster.local';

describe('Curfew as the chart starts it', function () {
  this.timeout(60_000);
  let helm: string;
  let redis: RedisServer;
  let secrets: SecretTexts;
  const authority = createAuthority('cluster');

  before(async function () {
    helm = await helmOrSkip(this);
    await redisServerOrSkip(this);
    const acl = await readFile(join(DEPLOY_FOLDER, 'redis', 'users.acl'), 'utf8');
    const users = acl.replaceAll('CHANGE-ME', PASSWORD).trim().split('\n');
    redis = await startRedisServer({ tls: true, acl: users });
    const { cert, key } = authority.issue({ dnsName: HOST });
    secrets = {
      'curfew-keys': { 'curfew.keys': `${'0123456789abcdef'.repeat(4)}\n` },
      'curfew-redis': { password: `${PASSWORD}\n`, 'ca.crt': redis.ca ?? '' },
      'curfew-tls': { 'tls.crt': cert, 'tls.key': key, 'ca.crt': authority.cert },
    };
  });
  after(() => redis?.stop());

  for (const example of ['dev.yaml', 'mutual-tls.yaml']) {
    describe(`with ${example}`, () => {
      let objects: KubeObject[];
      let curfew: RenderedPod;
      before(async () => {
        const redisCa: KubeObject = {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'redis-ca', namespace: 'curfew' },
          data: { 'ca.crt': redis.ca ?? '' },
        };
        objects = [...parseObjects(await chartWithTests(helm, { examples: [example] })), redisCa];
        const isMemory = example === 'dev.yaml';
        curfew = await startRenderedPod({
          objects,
          title: 'Deployment/curfew',
          entrypoint: ENTRYPOINT,
          secrets,
          ...(isMemory
            ? {}
            : { environment: { CURFEW_STORE: redis.url.replace('//', '//curfew@') } }),
        });
        await eventually('ready', () => curfew.probe('readinessProbe'), READY_MAX_MS).catch(
          (error: unknown) => {
            throw new Error(`${String(error)}\n${curfew.process.log()}`, { cause: error });
          },
        );
      });
      after(() => curfew?.stop());

      it('becomes ready, stays alive, and warns of no setting', async () => {
        expect(await curfew.probe('livenessProbe')).to.equal(true);
        expect(curfew.process.log()).to.not.match(/setting_warned|tls_warned/);
      });

      it('passes helm test, and fails it after it has stopped', async () => {
        expect(await healthcheck(objects, curfew)).to.deep.equal({ code: 0, answer: 'SERVING' });
        await curfew.process.stop();
        expect(await healthcheck(objects, curfew)).to.deep.equal({
          code: 1,
          answer: 'UNREACHABLE',
        });
      });
    });
  }

  it('is asked by helm test at the address that Envoy uses, through its NetworkPolicy', async () => {
    const objects = parseObjects(await chartWithTests(helm));
    const test = testPod(objects);
    const [container] = test.pod.containers;
    const address = container && environmentOf(container, test, objects)['CURFEW_GRPC_ADDRESS'];
    expect(address).to.equal(`${HOST}:9001`);
    const service = existing(objects.find(({ kind }) => kind === 'Service'));
    expect([service.metadata.name, service.metadata.namespace]).to.deep.equal(['curfew', 'curfew']);
    expect(JSON.stringify(service.spec)).to.contain('"name":"grpc","port":9001');
    const { selector } = service.spec as { selector: Labels };
    expect(selects(selector, test.labels), 'the Service leads to the test').to.equal(false);

    const opening = existing(
      objects.find(
        ({ kind, metadata }) =>
          kind === 'NetworkPolicy' && metadata.name === test.object.metadata.name,
      ),
    );
    const { podSelector, ingress } = opening.spec as NetworkOpening;
    const curfew = workloadsIn(objects).find(({ title }) => title === 'Deployment/curfew');
    expect(selects(podSelector.matchLabels, curfew?.labels ?? {})).to.equal(true);
    const from = ingress[0]?.from[0]?.podSelector.matchLabels ?? { absent: '' };
    expect(selects(from, test.labels)).to.equal(true);
    expect(selects(from, curfew?.labels ?? {})).to.equal(false);
  });

  it('cleans up after helm test, except for the pod with the log', async () => {
    const objects = parseObjects(await chartWithTests(helm));
    const hooks = objects.filter(
      ({ metadata }) => metadata.annotations?.['helm.sh/hook'] === 'test',
    );
    const policies = hooks.map(({ kind, metadata }) => [
      `${kind}/${metadata.name}`, // one name, because `helm test --logs` looks for a pod by the name of each hook
      metadata.annotations?.['helm.sh/hook-delete-policy'],
    ]);
    expect(policies).to.deep.equal([
      ['NetworkPolicy/curfew-healthcheck', 'before-hook-creation,hook-succeeded'],
      ['Pod/curfew-healthcheck', 'before-hook-creation'],
    ]);
    const { pod } = testPod(objects);
    expect(pod).to.include({ restartPolicy: 'OnFailure', activeDeadlineSeconds: 60 });
  });

  /** Runs the pod of `helm test`; only the address differs from the manifest, because there is no DNS. */
  async function healthcheck(objects: readonly KubeObject[], curfew: RenderedPod) {
    const { title } = testPod(objects);
    const address = `127.0.0.1:${curfew.port('grpc')}`;
    const environment = { CURFEW_GRPC_ADDRESS: address, CURFEW_HEALTHCHECK_SERVER_NAME: HOST };
    const pod = await startRenderedPod({
      objects,
      title,
      entrypoint: ENTRYPOINT,
      secrets,
      environment,
    });
    const code = await pod.process.ended();
    await pod.stop();
    return { code, answer: pod.process.log().trim().split(' ').at(-1) };
  }
});

interface NetworkOpening {
  readonly podSelector: { readonly matchLabels: Labels };
  readonly ingress: readonly {
    readonly from: readonly { readonly podSelector: { readonly matchLabels: Labels } }[];
  }[];
}

function testPod(objects: readonly KubeObject[]) {
  return existing(workloadsIn(objects).find(({ object }) => object.kind === 'Pod'));
}

function existing<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('the chart does not make it');
  return found;
}
