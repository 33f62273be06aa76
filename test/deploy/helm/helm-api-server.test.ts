import { expect } from 'chai';
import { readFileSync, readdirSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crdFilesOrSkip } from '../../support/kubernetes/schemas/crd-schemas.ts';
import { helmOrSkip, kubectlOrSkip } from '../../support/programs/deploy-tools.ts';
import { eventually } from '../../support/time/eventually.ts';
import { apiServerOrSkip, startApiServer } from '../../support/kubernetes/api-server.ts';
import type { ApiServer } from '../../support/kubernetes/api-server.ts';
import {
  STRICT,
  createPods,
  prepareFor,
  removeObjects,
} from '../../support/kubernetes/cluster-objects.ts';
import { EVERYTHING_ON } from '../../support/helm/everything-on.ts';
import { CHART_FOLDER, chartWithTests } from '../../support/helm/helm-chart.ts';
import type { ChartOptions } from '../../support/helm/helm-chart.ts';
import { parseObjects } from '../../support/kubernetes/kube-object.ts';
import type { KubeObject } from '../../support/kubernetes/kube-object.ts';
import { DEPLOY_FOLDER } from '../../support/kubernetes/kustomize.ts';
import { userShell } from '../../support/kubernetes/user-shell.ts';
import type { UserShell } from '../../support/kubernetes/user-shell.ts';

const EXAMPLES = readdirSync(join(CHART_FOLDER, 'examples')).toSorted();
const CASES: readonly (readonly [string, ChartOptions])[] = [
  ['its own values', {}],
  ...EXAMPLES.map((name) => [name, { examples: [name] }] as const),
  ['everything on', EVERYTHING_ON],
];
const DONE = { code: 0, stderr: '' };
const RESTRICTED = 'pod-security.kubernetes.io/enforce=restricted';
const NO_DIGEST = `sha256:${'0'.repeat(64)}`;

// Nothing runs here: there are no controllers and no nodes. So helm is never run with `--wait`.
describe('the chart and a real API server', function () {
  this.timeout(60_000);
  let server: ApiServer;
  let shell: UserShell;
  let folder: string;
  const rendered = new Map<string, string>();

  before(async function () {
    const kubectl = await kubectlOrSkip(this);
    const helm = await helmOrSkip(this);
    const crds = await crdFilesOrSkip(this);
    server = await startApiServer(await apiServerOrSkip(this), kubectl);
    for (const [name, options] of CASES) {
      // oxlint-disable-next-line no-await-in-loop -- a process each
      rendered.set(name, await chartWithTests(helm, options));
    }
    await prepareFor(server, crds, [...rendered.values()].flatMap(parseObjects));
    folder = await mkdtemp(join(tmpdir(), 'curfew-helm-'));
    await cp(CHART_FOLDER, join(folder, 'deploy', 'helm', 'curfew'), { recursive: true });
    await cp(join(DEPLOY_FOLDER, 'curfew.yaml'), join(folder, 'curfew.yaml'));
    await writeFile(join(folder, 'password'), 'secret');
    await writeFile(join(folder, 'ca.crt'), 'PEM');
    shell = userShell(server, folder, [kubectl, helm]);
  });
  after(async () => {
    await server?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  describe('rendered and applied', () => {
    before(async () => {
      await ran(`kubectl label namespace curfew ${RESTRICTED}`);
      await ran('kubectl -n curfew create serviceaccount default'); // the account of the pod of `helm test`
      await ran('kubectl create priorityclass important --value=1'); // one of the values names it
    });
    for (const [name] of CASES) {
      it(`with ${name} is accepted without a warning, and so are its pods`, async () => {
        const yaml = rendered.get(name) ?? '';
        const objects = parseObjects(yaml);
        const applied = await server.kubectl(['apply', ...STRICT, '-f', '-'], yaml);
        expect(applied).to.include(DONE);
        expect(await createPods(server, objects)).to.include(DONE);
        await removeObjects(server, objects);
      });
    }
  });

  for (const example of EXAMPLES) {
    it(`with ${example} is installed, changed, rolled back and removed`, async () => {
      const namespace = `try-${example.replace('.yaml', '')}`;
      const helm = `helm --namespace ${namespace}`;
      const chart = 'deploy/helm/curfew';
      const values = `--values ${chart}/examples/${example}`;
      const notes = await ran(`${helm} install curfew ${chart} --create-namespace ${values}`);
      expect(notes).to.contain(`answers Envoy at curfew.${namespace}.svc.cluster.local:9001`);
      const first = await stateIn(namespace);
      await ran(`kubectl -n ${namespace} scale deployment curfew --replicas=7`); // as its scaler does

      const upgrade = `${helm} upgrade curfew ${chart} --reset-then-reuse-values`;
      await ran(`${upgrade} --set-file policy.file=curfew.yaml`);
      const reloaded = await stateIn(namespace);
      expect(reloaded.policy).to.equal(readFileSync(join(folder, 'curfew.yaml'), 'utf8'));
      expect(reloaded.template, 'a policy is a reload').to.equal(first.template);

      await ran(`${upgrade} --set settings.logLevel=warn`);
      const rolled = await stateIn(namespace);
      expect(rolled.policy, 'the policy is kept').to.equal(reloaded.policy);
      expect(rolled.template, 'a setting is a rollout').to.not.equal(first.template);
      if (example !== 'dev.yaml') expect(rolled.replicas, 'left to the scaler').to.equal('7');

      await ran(`${helm} rollback curfew 1`);
      const { template, policy } = await stateIn(namespace);
      expect({ template, policy }).to.deep.equal({
        template: first.template,
        policy: first.policy,
      });

      await ran(`${helm} uninstall curfew`);
      const kinds = 'all,cm,sa,pdb,hpa,netpol,servicemonitor,prometheusrule,secret';
      expect(await ran(`kubectl -n ${namespace} get ${kinds} -o name`)).to.equal('');
    });
  }

  it('rejects a change that Kubernetes would ignore: an address for a Service without one', async () => {
    const helm = 'helm --namespace mesh';
    await ran(`${helm} install curfew deploy/helm/curfew --create-namespace`);
    const upgrade = `${helm} upgrade curfew deploy/helm/curfew --set service.headless=false`;
    const { code, stderr } = await shell(upgrade);
    expect(code).to.not.equal(0);
    const [, remove = ''] =
      /(kubectl --namespace mesh delete [^,]*), then try again/.exec(stderr) ?? [];
    await ran(remove);
    await ran(upgrade);
    const get = `kubectl -n mesh get service curfew -o jsonpath='{.spec.clusterIP}'`;
    expect(await ran(get)).to.match(/^10\.0\.0\.\d+$/);
  });

  describe('by the commands of its README', () => {
    const page = readFileSync(join(CHART_FOLDER, 'README.md'), 'utf8');
    const block = /```sh\n(.*?)```/s.exec(page)?.[1] ?? '';
    const commands = block
      .replace('sha256:…', NO_DIGEST)
      .replace('NAMESPACE-OF-ENVOY', 'envoy')
      .replaceAll('namespace curfew', 'namespace by-readme'); // the other tests use that namespace

    before(() => ran('kubectl create namespace envoy'));

    it('is installed, and finds its Secrets', async () => {
      const [install = '', test] = commands.split(/^(?=helm .* test )/m);
      expect(test).to.not.equal(undefined);
      await ran(install);
      await ran('kubectl -n by-readme create serviceaccount default');
      const list = await ran('kubectl -n by-readme get deployment,secret -o json');
      const { items } = JSON.parse(list) as { items: KubeObject[] };
      expect(await createPods(server, items)).to.include(DONE);
      const secrets = items.filter(({ kind }) => kind === 'Secret');
      const names = secrets.map(({ metadata }) => metadata.name);
      const text = JSON.stringify(items.filter(({ kind }) => kind === 'Deployment'));
      const wanted = [...text.matchAll(/"secretName":"([^"]+)"/g)].map(([, name]) => name);
      expect(wanted).to.not.deep.equal([]);
      expect(names).to.include.members(wanted);
    });

    for (const [phase, code] of [
      ['Succeeded', 0],
      ['Failed', 1],
    ] as const) {
      it(`is tested by helm test, which ends when the pod has: ${phase}`, async () => {
        const line = /^helm .* test .*$/m.exec(commands)?.[0] ?? '';
        // Kubernetes would fetch the pod's log from its node.
        const testing = shell(`${line.replace(' --logs', '')} --timeout 60s`);
        // It deletes the pod of the previous test.
        await eventually('new pod', async () => {
          const patch = `kubectl -n by-readme patch pod curfew-healthcheck --subresource=status`;
          const status = `--type=merge -p '{"status":{"phase":"${phase}"}}'`;
          const isNew = `kubectl -n by-readme get pod curfew-healthcheck -o jsonpath='{.status.phase}'`;
          return (await shell(isNew)).stdout === 'Pending' && (await ran(`${patch} ${status}`));
        });
        const answer = await testing;
        expect(answer.stdout).to.match(new RegExp(`curfew-healthcheck[^]*Phase:\\s+${phase}`));
        expect(answer.code).to.equal(code);
      });
    }
  });

  /** What the commands print. A warning is a failure. */
  async function ran(script: string): Promise<string> {
    const { code, stdout, stderr } = await shell(script);
    expect(stderr, script).to.equal('');
    expect(code, script).to.equal(0);
    return stdout;
  }

  async function stateIn(namespace: string) {
    const get = `kubectl -n ${namespace} get`;
    return {
      template: await ran(`${get} deployment curfew -o jsonpath='{.spec.template}'`),
      replicas: await ran(`${get} deployment curfew -o jsonpath='{.spec.replicas}'`),
      policy: await ran(`${get} configmap curfew-policy -o jsonpath='{.data.curfew\\.yaml}'`),
    };
  }
});
