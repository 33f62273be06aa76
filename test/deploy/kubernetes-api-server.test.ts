import { expect } from 'chai';
import { kubectlOrSkip } from '../support/deploy-tools.ts';
import { apiServerOrSkip, startApiServer } from '../support/kubernetes/api-server.ts';
import type { ApiServer } from '../support/kubernetes/api-server.ts';
import { parseObjects, workloadsIn } from '../support/kubernetes/kube-object.ts';
import { kustomizeFolders, render } from '../support/kubernetes/kustomize.ts';

// What no schema says: closed sets of words, ranges, names, references between fields, and admission.
describe('a real API server', function () {
  this.timeout(180_000);
  let server: ApiServer;
  let kubectl: string;

  before(async function () {
    kubectl = await kubectlOrSkip(this);
    server = await startApiServer(await apiServerOrSkip(this), kubectl);
  });
  after(() => server?.stop());

  for (const name of [
    'kubernetes/base',
    'kubernetes/components/mutual-tls',
    'kubernetes/overlays/dev',
  ]) {
    it(`takes ${name} without a warning, and its pods`, async () => {
      const folder = kustomizeFolders().find((other) => other.name === name);
      if (folder === undefined) throw new Error(`there is no ${name}`);
      const { yaml } = await render(kubectl, folder);
      const applied = await server.kubectl(['apply', '--validate=strict', '-f', '-'], yaml);
      expect(applied.stderr).to.equal('');
      expect(applied.code).to.equal(0);
      // A controller makes the account of pods that name none, and there is no controller.
      await server.kubectl(['--namespace=curfew', 'create', 'serviceaccount', 'default']);
      for (const { object, labels, pod } of workloadsIn(parseObjects(yaml))) {
        const { namespace = '' } = object.metadata;
        const metadata = { generateName: 'pod-', namespace, labels };
        const single = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec: pod });
        // oxlint-disable-next-line no-await-in-loop -- up to three
        const created = await server.kubectl(['create', '--validate=strict', '-f', '-'], single);
        expect(created.stderr).to.equal('');
      }
    });
  }

  it('refuses a word that no schema knows to be wrong, and a pod that is not restricted', async () => {
    const folder = kustomizeFolders().find(({ name }) => name === 'kubernetes/base');
    if (folder === undefined) throw new Error('there is no base');
    const { yaml } = await render(kubectl, folder);
    const wrong = yaml.replace('whenUnsatisfiable: ScheduleAnyway', 'whenUnsatisfiable: Anyway');
    const refused = await server.kubectl(['apply', '--validate=strict', '-f', '-'], wrong);
    expect(refused.stderr).to.contain('Unsupported value: "Anyway"');
    const lax = yaml.replace('runAsNonRoot: true', 'runAsNonRoot: false');
    const warned = await server.kubectl(['apply', '--validate=strict', '-f', '-'], lax);
    expect(warned.stderr).to.contain('would violate PodSecurity "restricted:latest"');
  });
});
