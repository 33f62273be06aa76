import { expect } from 'chai';
import { kubectlOrSkip } from '../../support/programs/deploy-tools.ts';
import { conformanceOrSkip } from '../../support/kubernetes/schemas/kubeconform.ts';
import type { Conformance } from '../../support/kubernetes/schemas/kubeconform.ts';
import { parseObjects } from '../../support/kubernetes/kube-object.ts';
import {
  DEPLOY_FOLDER,
  kustomizeFolders,
  render,
  renderWith,
} from '../../support/kubernetes/kustomize.ts';
import type { Rendering } from '../../support/kubernetes/kustomize.ts';
import { objectFaults } from '../../support/kubernetes/faults/object-faults.ts';
import { podSecurityOrSkip } from '../../support/kubernetes/pod-security.ts';
import type { PodSecurity } from '../../support/kubernetes/pod-security.ts';
import { KUBERNETES_VERSIONS } from '../../support/kubernetes/schemas/kubernetes-schemas.ts';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };

const ALL_COMPONENTS = kustomizeFolders()
  .filter(({ isComponent }) => isComponent)
  .map(({ path }) => basename(path));

describe('kustomize', function () {
  this.timeout(60_000);
  let kubectl: string;
  let conformance: Conformance;
  let podSecurity: PodSecurity;

  before(async function () {
    kubectl = await kubectlOrSkip(this);
    conformance = await conformanceOrSkip(this);
    podSecurity = await podSecurityOrSkip(this);
  });

  const folders = kustomizeFolders();

  for (const folder of folders) {
    describe(folder.isComponent ? `${folder.name}, added to the base` : folder.name, () => {
      let rendering: Rendering;
      before(async () => {
        rendering = await render(kubectl, folder);
      });

      it('builds without a warning', () => {
        expect(rendering.warnings).to.equal('');
      });

      for (const version of KUBERNETES_VERSIONS) {
        it(`has no field that Kubernetes ${version} and its custom resources do not know`, async () => {
          expect(await conformance.problems(rendering.yaml, version)).to.deep.equal([]);
        });
      }

      it('is consistent: selectors, ports, files, settings and the time to stop', () => {
        expect(objectFaults(parseObjects(rendering.yaml))).to.deep.equal([]);
      });

      it('makes only pods that its namespaces admit', async () => {
        expect(await podSecurity.violations(parseObjects(rendering.yaml))).to.deep.equal([]);
      });
    });
  }

  for (const names of [ALL_COMPONENTS, ALL_COMPONENTS.toReversed()]) {
    it(`can combine all components, in the order ${names.join(', ')}`, async () => {
      const { yaml, warnings } = await renderWith(kubectl, names);
      expect(warnings).to.equal('');
      expect(objectFaults(parseObjects(yaml))).to.deep.equal([]);
    });
  }

  it('uses every file in deploy/kubernetes', () => {
    const named = new Set(folders.map(({ name }) => name));
    const files = globSync('kubernetes/**/*.yaml', { cwd: DEPLOY_FOLDER });
    const orphans = files.filter((file) => {
      const folder = dirname(file);
      if (!named.has(folder)) return true;
      if (file.endsWith('/kustomization.yaml')) return false;
      const text = readFileSync(join(DEPLOY_FOLDER, folder, 'kustomization.yaml'), 'utf8');
      return !text.includes(file.slice(folder.length + 1));
    });
    expect(orphans).to.deep.equal([]);
  });

  it('uses the image of the version in package.json', async () => {
    const base = folders.find(({ name }) => name === 'kubernetes/base');
    if (base === undefined) throw new Error('there is no base');
    const { yaml } = await render(kubectl, base);
    expect(yaml).to.contain(`image: curfew:${packageJson.version}\n`);
  });
});
