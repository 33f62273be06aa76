import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import packageJson from '../../../package.json' with { type: 'json' };
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import { helmOrSkip } from '../../support/programs/deploy-tools.ts';
import { conformanceOrSkip } from '../../support/kubernetes/schemas/kubeconform.ts';
import type { Conformance } from '../../support/kubernetes/schemas/kubeconform.ts';
import {
  CHART_FOLDER,
  chartObjects,
  chartWithTests,
  lintChart,
  renderChart,
  runHelm,
} from '../../support/helm/helm-chart.ts';
import type { ChartOptions } from '../../support/helm/helm-chart.ts';
import { EVERYTHING_ON } from '../../support/helm/everything-on.ts';
import { parseObjects, titleOf, workloadsIn } from '../../support/kubernetes/kube-object.ts';
import type { KubeObject } from '../../support/kubernetes/kube-object.ts';
import { DEPLOY_FOLDER } from '../../support/kubernetes/kustomize.ts';
import { objectFaults } from '../../support/kubernetes/faults/object-faults.ts';
import { podSecurityOrSkip } from '../../support/kubernetes/pod-security.ts';
import type { PodSecurity } from '../../support/kubernetes/pod-security.ts';
import { KUBERNETES_VERSIONS } from '../../support/kubernetes/schemas/kubernetes-schemas.ts';

const EXAMPLES = readdirSync(join(CHART_FOLDER, 'examples')).toSorted();
/** What an operator also makes, in addition to the Secrets: for the example with Redis's authority in a ConfigMap. */
const REDIS_CA: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'redis-ca', namespace: 'curfew' },
  data: { 'ca.crt': 'PEM' },
};

describe('the chart', function () {
  this.timeout(60_000);
  let helm: string;
  let conformance: Conformance;
  let podSecurity: PodSecurity;
  before(async function () {
    helm = await helmOrSkip(this);
    conformance = await conformanceOrSkip(this);
    podSecurity = await podSecurityOrSkip(this);
  });

  const cases: readonly (readonly [string, ChartOptions])[] = [
    ['its own values', {}],
    ...EXAMPLES.map((name) => [name, { examples: [name] }] as const),
    ['everything on', EVERYTHING_ON],
  ];
  for (const [what, options] of cases) {
    describe(`with ${what}`, () => {
      let yaml: string;
      let objects: readonly KubeObject[];
      before(async () => {
        yaml = await chartWithTests(helm, options);
        objects = await chartObjects(helm, options);
      });

      it('passes helm lint', async () => {
        const { ok, stdout } = await lintChart(helm, options);
        expect(ok, stdout).to.equal(true);
        expect(stdout).to.not.match(/WARNING|ERROR/);
      });

      for (const version of KUBERNETES_VERSIONS) {
        it(`has no field that Kubernetes ${version} and its custom resources do not know`, async () => {
          expect(await conformance.problems(yaml, version)).to.deep.equal([]);
        });
      }

      it('is consistent: selectors, ports, files, settings and the time to stop', () => {
        expect(objectFaults([...objects, REDIS_CA])).to.deep.equal([]);
      });

      it('makes only pods that meet the restricted standard, including the pod of the test', async () => {
        const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
        const namespace = {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name: 'curfew', labels },
        };
        const all = parseObjects(yaml);
        expect(workloadsIn(all).map(({ title }) => title)).to.include('Pod/curfew-healthcheck');
        expect(await podSecurity.violations([namespace, ...all])).to.deep.equal([]);
      });

      it('has a policy file that Curfew serves, and no Secret', () => {
        const policy = objects.find((object) => titleOf(object) === 'ConfigMap/curfew-policy');
        const parsed = parsePolicyFile(policy?.data?.['curfew.yaml'] ?? '', 'curfew.yaml');
        expect(parsed.kind === 'problems' ? parsed.problems : []).to.deep.equal([]);
        expect(objects.map(({ kind }) => kind)).to.not.include('Secret');
      });
    });
  }

  it('has the version of package.json', () => {
    const chart = parse(readFileSync(join(CHART_FOLDER, 'Chart.yaml'), 'utf8')) as object;
    const { version } = packageJson;
    expect(chart).to.include({ version, appVersion: version });
  });

  it('carries the rules of deploy/prometheus, byte by byte', () => {
    const read = (folder: string) =>
      readdirSync(folder)
        .toSorted()
        .map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
    const rules = read(join(DEPLOY_FOLDER, 'prometheus', 'rules'));
    expect(rules).to.not.deep.equal([]);
    // node tools/run.mjs node deploy/prometheus/prometheus-rule.ts
    expect(read(join(CHART_FOLDER, 'files', 'prometheus-rules'))).to.deep.equal(rules);
  });

  it('passes those rules to Prometheus unchanged', async () => {
    const objects = await chartObjects(helm, { values: { prometheusRule: { enabled: true } } });
    const { spec } = objects.find(({ kind }) => kind === 'PrometheusRule') ?? {};
    const file = join(DEPLOY_FOLDER, 'prometheus', 'rules', 'curfew.yaml');
    expect(spec).to.deep.equal(parse(readFileSync(file, 'utf8')));
  });

  describe('packed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'curfew-package-'));
    after(() => rm(folder, { recursive: true }));

    it('has the files of the chart, and no stray files', async () => {
      const copy = join(folder, 'curfew');
      await cp(CHART_FOLDER, copy, { recursive: true });
      const files = readdirSync(copy, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
      await writeFile(join(copy, '.DS_Store'), '');
      await writeFile(join(copy, 'curfew-0.0.9.tgz'), '');
      const { ok, stderr } = await runHelm(helm, ['package', copy, '--destination', copy]);
      expect(ok, stderr).to.equal(true);
      const archive = join(copy, `curfew-${packageJson.version}.tgz`);
      const { stdout } = await promisify(execFile)('tar', ['--list', '--file', archive]);
      expect(stdout.trim().split('\n')).to.have.members(files);
    });

    it('renders what the folder renders', async () => {
      const { ok, stderr } = await runHelm(helm, [
        'package',
        CHART_FOLDER,
        '--destination',
        folder,
      ]);
      expect(ok, stderr).to.equal(true);
      const archive = join(folder, `curfew-${packageJson.version}.tgz`);
      const words = ['template', 'curfew', archive, '--namespace', 'curfew', '--skip-tests'];
      const version = ['--kube-version', KUBERNETES_VERSIONS[0]];
      const values = ['--set', 'prometheusRule.enabled=true'];
      const packed = await runHelm(helm, [...words, ...version, ...values]);
      const own = await renderChart(helm, { values: { prometheusRule: { enabled: true } } });
      expect(packed.stdout).to.equal(own);
    });

    it('works inside another chart', async () => {
      const parent = join(folder, 'parent');
      await mkdir(join(parent, 'charts'), { recursive: true });
      await mkdir(join(parent, 'templates'));
      const chart = { apiVersion: 'v2', name: 'parent', version: '1.0.0' };
      await writeFile(join(parent, 'Chart.yaml'), JSON.stringify(chart));
      const values = { global: { domain: 'example.com' }, curfew: { replicas: 2 } };
      await writeFile(join(parent, 'values.yaml'), JSON.stringify(values));
      await runHelm(helm, ['package', CHART_FOLDER, '--destination', join(parent, 'charts')]);
      const version = ['--kube-version', KUBERNETES_VERSIONS[0]];
      const { ok, stdout, stderr } = await runHelm(helm, ['template', 'edge', parent, ...version]);
      expect(ok, stderr).to.equal(true);
      expect(parseObjects(stdout).map(titleOf)).to.include('Deployment/edge-curfew');
    });
  });

  it('rejects a Kubernetes that is too old', async () => {
    const old = ['template', 'curfew', CHART_FOLDER, '--kube-version', '1.29.9'];
    expect((await runHelm(helm, old)).stderr).to.contain('requires kubeVersion: >=1.30.0-0');
  });
});
