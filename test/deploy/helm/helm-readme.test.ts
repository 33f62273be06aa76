import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { helmOrSkip, kubectlOrSkip } from '../../support/programs/deploy-tools.ts';
import { CHART_FOLDER } from '../../support/helm/helm-chart.ts';
import { parseObjects, titleOf, workloadsIn } from '../../support/kubernetes/kube-object.ts';
import { DEPLOY_FOLDER } from '../../support/kubernetes/kustomize.ts';
import { KUBERNETES_VERSIONS } from '../../support/kubernetes/schemas/kubernetes-schemas.ts';

const README = readFileSync(join(CHART_FOLDER, 'README.md'), 'utf8');
const NO_DIGEST = `sha256:${'0'.repeat(64)}`;

describe('the README of the chart', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-chart-readme-'));
    await cp(join(DEPLOY_FOLDER, 'curfew.yaml'), join(folder, 'curfew.yaml'));
    await writeFile(join(folder, 'password'), 'secret');
    await writeFile(join(folder, 'ca.crt'), 'PEM');
  });
  after(() => rm(folder, { recursive: true }));

  it('installs with its own commands, as far as this is possible without a cluster', async function () {
    const programs = { HELM: await helmOrSkip(this), KUBECTL: await kubectlOrSkip(this) };
    const block = /```sh\n(.*?)```/s.exec(README)?.[1] ?? '';
    const commands = block.replaceAll('\\\n', '').split('\n');
    const made = await Promise.all(
      commands
        .filter((line) => /create|helm install/.test(line))
        .map((line) => run(line, programs)),
    );
    const objects = made.flatMap((yaml) => parseObjects(yaml));
    const policy = objects.find((object) => titleOf(object) === 'ConfigMap/curfew-policy');
    const file = readFileSync(join(folder, 'curfew.yaml'), 'utf8');
    expect(policy?.data?.['curfew.yaml']).to.equal(file);
    const keys = (title: string) =>
      Object.keys(objects.find((object) => titleOf(object) === title)?.data ?? {});
    for (const { pod } of workloadsIn(objects)) {
      for (const { secret } of pod.volumes ?? []) {
        if (secret !== undefined) expect(keys(`Secret/${secret.secretName}`)).to.not.deep.equal([]);
      }
    }
    expect(keys('Secret/curfew-keys')).to.deep.equal(['curfew.keys']);
    expect(keys('Secret/curfew-redis')).to.have.members(['password', 'ca.crt']);
  });

  it('links only to files that exist', () => {
    const targets = [...README.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = '']) => target);
    expect(targets).to.not.deep.equal([]);
    expect(targets.filter((target) => !existsSync(join(CHART_FOLDER, target)))).to.deep.equal([]);
  });

  async function run(line: string, programs: Readonly<Record<string, string>>): Promise<string> {
    const printed = line.includes('helm install')
      ? `${line.replace('helm install', '"$HELM" template').replace('deploy/helm/curfew', '"$CHART"')} --kube-version ${KUBERNETES_VERSIONS[0]}`
      : `${line.replace('kubectl', '"$KUBECTL"')} --dry-run=client -o yaml`;
    const env = { PATH: process.env['PATH'], HOME: folder, CHART: CHART_FOLDER, ...programs };
    const words = ['-c', printed.replace('sha256:…', NO_DIGEST)];
    return (await promisify(execFile)('sh', words, { cwd: folder, env })).stdout;
  }
});
