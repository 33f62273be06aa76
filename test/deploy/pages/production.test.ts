import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import { kubectlOrSkip } from '../../support/programs/deploy-tools.ts';
import { apiServerOrSkip, startApiServer } from '../../support/kubernetes/api-server.ts';
import type { ApiServer } from '../../support/kubernetes/api-server.ts';
import { createPods } from '../../support/kubernetes/cluster-objects.ts';
import {
  environmentOf,
  parseObjects,
  titleOf,
  workloadsIn,
} from '../../support/kubernetes/kube-object.ts';
import type { KubeObject } from '../../support/kubernetes/kube-object.ts';
import { DEPLOY_FOLDER } from '../../support/kubernetes/kustomize.ts';
import { SECRET_KEYS } from '../../support/kubernetes/mounted-files.ts';
import { objectFaults } from '../../support/kubernetes/faults/object-faults.ts';
import { userShell } from '../../support/kubernetes/user-shell.ts';
import type { UserShell } from '../../support/kubernetes/user-shell.ts';
import { readPage } from '../../support/pages/page.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const LABEL_OF_CALLERS = '"curfew.dev/envoy":"allowed"';
const LABEL_OF_PROMETHEUS = '"curfew.dev/prometheus":"allowed"';
const MINE = 'deploy/kubernetes/overlays/mine';
const PAGE = await readPage('docs/production.md');
const OVERLAY = PAGE.block('production-overlay');
const POLICY = PAGE.block('production-policy');

// As far as a cluster without controllers and nodes leads: a real kubectl and a real API server.
describe('the way into production', function () {
  this.timeout(60_000);
  let server: ApiServer;
  let shell: UserShell;
  let folder: string;

  before(async function () {
    const kubectl = await kubectlOrSkip(this);
    server = await startApiServer(await apiServerOrSkip(this), kubectl);
    folder = await mkdtemp(join(tmpdir(), 'curfew-production-'));
    await cp(DEPLOY_FOLDER, join(folder, 'deploy'), { recursive: true });
    await writeFile(join(folder, 'password'), 'secret');
    await writeFile(join(folder, 'ca.crt'), 'PEM');
    shell = userShell(server, folder, [kubectl]);
    await ran('kubectl create namespace envoy'); // the reader's own
  });
  after(async () => {
    await server?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  it('names only files that are there', () => {
    const files = [...PAGE.text.matchAll(/\bdeploy\/[\w./-]*\w/g)].map(([path]) => path);
    const paths = new Set(files);
    expect(paths.size).to.be.above(10);
    paths.delete(MINE);
    paths.delete(`${MINE}/kustomization.yaml`);
    expect([...paths].filter((path) => !existsSync(join(ROOT, path)))).to.deep.equal([]);
  });

  it('begins with something to look at, which goes away as a whole', async () => {
    const [apply = '', forward = ''] = PAGE.block('look').split('\n');
    const remove = PAGE.block('look-remove').trim();
    await ran(apply);
    const [, object = '', port = ''] = /port-forward (\S+) (\d+)/.exec(forward) ?? [];
    const ports = await ran(`kubectl -n curfew get ${object} -o jsonpath='{.spec.ports[*].port}'`);
    expect(ports.split(' ')).to.include(port);
    const all = parseObjects(await ran(apply.replace('apply', 'kustomize').replace(' -k', '')));
    const elsewhere = all.filter(
      ({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'curfew',
    );
    expect(elsewhere.map(titleOf)).to.deep.equal([]);
    await ran(`${remove} --wait=false`);
    // A controller would do the rest, and there is none.
    const { spec: _, ...ending } = JSON.parse(
      await ran('kubectl get namespace curfew -o json'),
    ) as { spec: unknown };
    const finalize = ['replace', '--raw', '/api/v1/namespaces/curfew/finalize', '-f', '-'];
    expect(await server.kubectl(finalize, JSON.stringify(ending))).to.include({ code: 0 });
  });

  it('makes the namespace, the Secrets with their keys, and says who may ask', async () => {
    await ran(PAGE.block('production-secrets'));
    const { items } = JSON.parse(await ran('kubectl -n curfew get secret -o json')) as {
      items: KubeObject[];
    };
    const made = items.map(({ metadata, data = {} }) => [metadata.name, Object.keys(data)]);
    expect(Object.fromEntries(made)).to.deep.equal({
      'curfew-keys': SECRET_KEYS['curfew-keys'],
      'curfew-redis': SECRET_KEYS['curfew-redis']?.toSorted(),
    });
    const labels = "jsonpath='{.metadata.labels}'";
    expect(await ran(`kubectl get namespace envoy -o ${labels}`)).to.contain(LABEL_OF_CALLERS);
  });

  describe('with an overlay', () => {
    let objects: KubeObject[];
    before(async () => {
      await mkdir(join(folder, MINE));
      await writeFile(join(folder, MINE, 'kustomization.yaml'), OVERLAY);
      await writeFile(join(folder, MINE, 'curfew.yaml'), POLICY);
      objects = parseObjects(await ran(`kubectl kustomize ${MINE}`));
    });

    it('has the image that was built, and the store that it names', () => {
      const [curfew] = workloadsIn(objects);
      if (curfew === undefined) throw new Error('there is no Deployment');
      const [container] = curfew.pod.containers;
      const built = / -t (\S+) /.exec(PAGE.text)?.[1];
      expect(container?.image).to.equal(built);
      expect(built).to.match(new RegExp(`:${packageJson.version}$`));
      const store = /CURFEW_STORE=([^'\]]+)/.exec(OVERLAY)?.[1];
      expect(store).to.match(/^rediss:/);
      expect(container && environmentOf(container, curfew, objects)).to.include({
        CURFEW_STORE: store,
      });
    });

    it('fits together, and observes', () => {
      expect(objectFaults(objects)).to.deep.equal([]);
      const parsed = parsePolicyFile(POLICY, 'curfew.yaml');
      expect(parsed.kind === 'problems' ? parsed.problems : []).to.deep.equal([]);
      expect(POLICY.match(/mode: observe/g)).to.have.length(2);
      const { spec } = objects.find(({ kind }) => kind === 'NetworkPolicy') ?? {};
      expect(JSON.stringify(spec)).to.contain(LABEL_OF_CALLERS);
    });

    it('is applied, with its pods and all that they mount', async () => {
      const [apply = '', status = ''] = PAGE.block('production-apply').split('\n');
      await ran(apply);
      expect(await ran(`${status} --watch=false`)).to.contain('Waiting for deployment');
      expect(await createPods(server, objects)).to.include({ code: 0, stderr: '' });
      for (const { pod } of workloadsIn(objects)) {
        for (const { secret, configMap } of pod.volumes ?? []) {
          const name = secret ? `secret/${secret.secretName}` : `configmap/${configMap?.name}`;
          // oxlint-disable-next-line no-await-in-loop -- three
          await ran(`kubectl -n curfew get ${name}`);
        }
      }
    });

    it('lets Prometheus in', async () => {
      await ran('kubectl create namespace monitoring'); // the reader's own
      const label = PAGE.block('production-prometheus');
      await ran(label.replace('NAMESPACE_OF_PROMETHEUS', 'monitoring'));
      const labels = await ran("kubectl get namespace monitoring -o jsonpath='{.metadata.labels}'");
      expect(labels).to.contain(LABEL_OF_PROMETHEUS);
      const { spec } = objects.find(({ kind }) => kind === 'NetworkPolicy') ?? {};
      expect(JSON.stringify(spec)).to.contain(LABEL_OF_PROMETHEUS);
    });

    it('takes the components for the Prometheus operator', async () => {
      const file = join(folder, MINE, 'kustomization.yaml');
      await writeFile(file, `${OVERLAY}${PAGE.block('production-components')}`);
      const kinds = parseObjects(await ran(`kubectl kustomize ${MINE}`)).map(({ kind }) => kind);
      expect(kinds).to.include.members(['ServiceMonitor', 'PrometheusRule']);
      await writeFile(file, OVERLAY);
    });

    it('enforces a policy by another apply, without a rollout', async () => {
      const before = await template();
      const enforcing = POLICY.replace('mode: observe\n', '');
      await writeFile(join(folder, MINE, 'curfew.yaml'), enforcing);
      await ran('kubectl -n curfew scale deployment curfew --replicas=7'); // as its scaler does
      const applied = await ran(`kubectl apply -k ${MINE}`);
      expect(applied).to.contain('configmap/curfew-policy configured');
      const get = 'kubectl -n curfew get';
      const path = "jsonpath='{.data.curfew\\.yaml}'";
      expect(await ran(`${get} configmap curfew-policy -o ${path}`)).to.equal(enforcing);
      expect(await template()).to.equal(before);
      const replicas = `${get} deployment curfew -o jsonpath='{.spec.replicas}'`;
      expect(await ran(replicas)).to.equal('7');
    });

    it('takes another setting by a rollout', async () => {
      const before = await template();
      const file = join(folder, MINE, 'kustomization.yaml');
      await writeFile(file, OVERLAY.replace('redis.example.com', 'redis-2.example.com'));
      expect(await ran(`kubectl diff -k ${MINE} || true`)).to.contain('redis-2.example.com');
      await ran(`kubectl apply -k ${MINE}`);
      expect(await template()).to.not.equal(before);
    });
  });

  /** What the commands print; any warning is a fault. */
  async function ran(script: string): Promise<string> {
    const { code, stdout, stderr } = await shell(script);
    expect(stderr, script).to.equal('');
    expect(code, script).to.equal(0);
    return stdout;
  }

  const template = () =>
    ran(`kubectl -n curfew get deployment curfew -o jsonpath='{.spec.template}'`);
});
