import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { helmOrSkip, kubectlOrSkip } from '../../support/programs/deploy-tools.ts';
import { istioOrSkip, istiodChart, meshConfigIn } from '../../support/istio/istio.ts';
import type { Istio } from '../../support/istio/istio.ts';
import { EDGE_GATEWAY, shopAndGateways } from '../../support/istio/mesh-world.ts';
import { istioFile, renderedOverlay } from '../../support/istio/rendered-mesh.ts';
import { conformanceOrSkip } from '../../support/kubernetes/schemas/kubeconform.ts';
import type { Conformance } from '../../support/kubernetes/schemas/kubeconform.ts';
import { parseObjects } from '../../support/kubernetes/kube-object.ts';
import { DEPLOY_FOLDER } from '../../support/kubernetes/kustomize.ts';
import { podSecurityOrSkip } from '../../support/kubernetes/pod-security.ts';
import type { PodSecurity } from '../../support/kubernetes/pod-security.ts';
import { KUBERNETES_VERSIONS } from '../../support/kubernetes/schemas/kubernetes-schemas.ts';

const OVERLAYS = ['istio-gateway', 'istio-sidecar'] as const;
// The settings of Istio itself: istioctl reads them, a cluster does not.
const SETTINGS = ['istio-operator.yaml', 'access-log.yaml', 'istiod-values.yaml'];
const ANALYZE = ['analyze', '--use-kube=false', '--all-namespaces'];
// Our files already warn of the risk of EnvoyFilters. IST0128 does not know `credentialName`.
const KNOWN_FINDINGS = [
  '--suppress',
  'IST0133=EnvoyFilter *',
  '--suppress',
  'IST0128=DestinationRule *',
];

describe('files for Istio', function () {
  this.timeout(60_000);
  let istio: Istio;
  let conformance: Conformance;
  let podSecurity: PodSecurity;
  let helm: string;
  const overlays = new Map<string, string>();

  before(async function () {
    const kubectl = await kubectlOrSkip(this);
    conformance = await conformanceOrSkip(this);
    podSecurity = await podSecurityOrSkip(this);
    helm = await helmOrSkip(this);
    istio = await istioOrSkip(this);
    for (const overlay of OVERLAYS) {
      // oxlint-disable-next-line no-await-in-loop -- two processes, one after the other
      overlays.set(overlay, await renderedOverlay(kubectl, overlay));
    }
  });

  const objectFiles = globSync('*.yaml', { cwd: join(DEPLOY_FOLDER, 'istio') })
    .filter((file) => !SETTINGS.includes(file))
    .toSorted();

  for (const file of objectFiles) {
    it(`${file} has no field that Istio does not know`, async () => {
      const text = istioFile(file);
      const [version] = KUBERNETES_VERSIONS;
      expect(await conformance.problems(text, version)).to.deep.equal([]);
      const valid = await istio.ctl(['validate'], [['filename', text]]);
      expect(valid.code, valid.stderr).to.equal(0);
    });
  }

  for (const overlay of OVERLAYS) {
    it(`istioctl finds no problem in the overlay ${overlay}`, async () => {
      const texts = [overlays.get(overlay) ?? '', shopAndGateways()];
      const analysis = await istio.ctl([...ANALYZE, '--failure-threshold', 'Info'], texts);
      expect(analysis.code, analysis.stdout).to.equal(0);
      const valid = await istio.ctl(['validate'], [['filename', texts[0] ?? '']]);
      expect(valid.code, valid.stderr).to.equal(0);
    });
  }

  it('istioctl finds no problem in the optional files beside an overlay', async () => {
    const texts = [overlays.get('istio-gateway') ?? '', shopAndGateways()];
    // Files that replace an object of the overlay have its name.
    const more = objectFiles.filter((file) => !/ingress-gateway|outside-the-mesh/.test(file));
    const words = [...ANALYZE, '--failure-threshold', 'Info', ...KNOWN_FINDINGS];
    const analysis = await istio.ctl(words, [...texts, ...more.map((file) => istioFile(file))]);
    expect(analysis.code, analysis.stdout).to.equal(0);
    const outside = await istio.ctl(words, [istioFile('outside-the-mesh.yaml')]);
    expect(outside.code, outside.stdout).to.equal(0);
  });

  it('has the same settings of the mesh for istioctl and for Helm', () => {
    const operator = meshConfigIn(istioFile('istio-operator.yaml'));
    expect(meshConfigIn(istioFile('istiod-values.yaml'))).to.deep.equal(operator);
  });

  it('is what istioctl installs', async () => {
    const texts = [istioFile('istio-operator.yaml'), istioFile('access-log.yaml')];
    const { mesh } = await installed(texts);
    const settings = parseAllDocuments(mesh)[0]?.toJS() as object;
    for (const text of texts) expect(settings).to.deep.include(meshConfigIn(text));
  });

  it('is what Helm installs', async () => {
    const values = join(DEPLOY_FOLDER, 'istio', 'istiod-values.yaml');
    const chart = [await istiodChart(), '--namespace', 'istio-system', '--values', values];
    const { stdout } = await promisify(execFile)(helm, ['template', 'istiod', ...chart], {
      maxBuffer: 16 * 1024 * 1024,
    });
    const rendered = configMapsIn(stdout);
    const settings = parseAllDocuments(rendered.mesh)[0]?.toJS() as object;
    expect(settings).to.deep.include(meshConfigIn(istioFile('istiod-values.yaml')));
    expect(await podSecurity.violations(parseObjects(await inject(rendered)))).to.deep.equal([]);
  });

  it('makes only pods that the namespace admits with the sidecar', async () => {
    const injected = await inject(await installed([istioFile('istio-operator.yaml')]));
    expect(injected).to.include('name: istio-proxy').and.include('restartPolicy: Always');
    expect(await podSecurity.violations(parseObjects(injected))).to.deep.equal([]);

    const withoutPlugin = istioFile('istio-operator.yaml').replace(
      'enabled: true',
      'enabled: false',
    );
    const refused = await inject(await installed([withoutPlugin]));
    expect((await podSecurity.violations(parseObjects(refused))).join()).to.include('NET_ADMIN');
  });

  it('lets the kubelet reach Curfew through the sidecar', async () => {
    const injected = await inject(await installed([istioFile('istio-operator.yaml')]));
    expect(injected).to.include('"service":"envoy.service.auth.v3.Authorization"');
    expect(injected).not.to.match(/^ +grpc:\n +port: 9001/m);
  });

  describe('with a mistake in them', () => {
    const mesh = (text: string) =>
      istio.proxyConfigOf(EDGE_GATEWAY, meshConfigIn(text), [shopAndGateways()]);

    for (const file of ['istio-operator.yaml', 'istiod-values.yaml']) {
      it(`${file}: a misspelt setting is found`, async () => {
        await mesh(istioFile(file));
        const misspelt = istioFile(file).replace('statusOnError', 'statusOnEror');
        const end = await mesh(misspelt).catch(String);
        expect(end).to.be.a('string').that.includes('unknown field "statusOnEror"');
      });
    }

    it('access-log.yaml: a misspelt setting is found', async () => {
      await mesh(istioFile('access-log.yaml'));
      const misspelt = istioFile('access-log.yaml').replace('accessLogFormat', 'accessLogFormt');
      expect(await mesh(misspelt).catch(String)).to.include('unknown field "accessLogFormt"');
    });

    const mistakes = [
      ['a misspelt field', 'consecutive5xxErrors', 'consecutive5xErrors'],
      ['a value that is none', 'ISTIO_MUTUAL', 'ISTIO_MUTUEL'],
      ['a missing provider', 'provider:', 'providr:'],
      ['who asks, in a CUSTOM rule', '- {}', '- { from: [{ source: { principals: [x] } }] }'],
    ] as const;
    for (const [title, right, wrong] of mistakes) {
      it(`the overlay: ${title} is found`, async () => {
        const text = (overlays.get('istio-gateway') ?? '').replace(right, wrong);
        expect(text).to.include(wrong);
        const valid = await istio.ctl(['validate'], [['filename', text]]);
        expect(valid.code, valid.stdout).not.to.equal(0);
      });
    }

    it('the overlay: istioctl analyze finds one, too', async () => {
      const text = (overlays.get('istio-gateway') ?? '').replace(
        'name: curfew\n  rules',
        'nam: curfew\n  rules',
      );
      const analysis = await istio.ctl(ANALYZE, [text]);
      expect(analysis.code).not.to.equal(0);
      expect(analysis.stdout).to.include('`provider.name` must not be empty');
    });
  });

  interface Installed {
    readonly mesh: string;
    readonly config: string;
    readonly values: string;
  }

  /** The settings that `istioctl install` would give to istiod. */
  async function installed(operators: readonly string[]): Promise<Installed> {
    const files = operators.map((text) => ['filename', text] as const);
    const { stdout, stderr, code } = await istio.ctl(['manifest', 'generate'], files);
    expect(code, stderr).to.equal(0);
    return configMapsIn(stdout);
  }

  function configMapsIn(manifest: string): Installed {
    const maps = parseAllDocuments(manifest)
      .map((document) => document.toJS() as ConfigMap | null)
      .filter((object) => object?.kind === 'ConfigMap');
    const data = (name: string) => maps.find((map) => map?.metadata.name === name)?.data ?? {};
    const { config = '', values = '' } = data('istio-sidecar-injector');
    return { mesh: data('istio')['mesh'] ?? '', config, values };
  }

  /** The overlay with the sidecar in its pods, as istiod's webhook puts it there. */
  async function inject({ mesh, config, values }: Installed): Promise<string> {
    const flags = ['--revision', 'default', '--kubeclient-timeout', '1s'];
    const { stdout, stderr, code } = await istio.ctl(
      ['kube-inject', ...flags],
      [
        ['filename', overlays.get('istio-gateway') ?? ''],
        ['meshConfigFile', mesh],
        ['injectConfigFile', config],
        ['valuesFile', values],
      ],
    );
    expect(code, stderr).to.equal(0);
    // The defaults that Kubernetes gives to a volume.
    return stdout.replaceAll(
      /^( +)- (name: (?:workload-socket|credential-socket|workload-certs))$/gm,
      '$1- emptyDir: {}\n$1  $2',
    );
  }
});

interface ConfigMap {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data: Readonly<Record<string, string>>;
}
