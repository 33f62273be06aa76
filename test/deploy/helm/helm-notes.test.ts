import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { parseKeyFile } from '../../../src/keys/parse-key-file.ts';
import { helmOrSkip, kubectlOrSkip } from '../../support/programs/deploy-tools.ts';
import { conformanceOrSkip } from '../../support/kubernetes/schemas/kubeconform.ts';
import type { ChartOptions } from '../../support/helm/helm-chart.ts';
import { chartObjects, notesOf } from '../../support/helm/helm-chart.ts';
import { titleOf, workloadsIn } from '../../support/kubernetes/kube-object.ts';
import type { KubeObject } from '../../support/kubernetes/kube-object.ts';
import { KUBERNETES_VERSIONS } from '../../support/kubernetes/schemas/kubernetes-schemas.ts';

const EDGE: ChartOptions = {
  release: 'edge',
  namespace: 'guards',
  examples: ['production.yaml'],
  values: { clusterDomain: 'corp.local', keys: { secretName: 'names', key: 'k' } },
};

/** Values, and the beginning of each warning that they cause. */
const WARNINGS: readonly (readonly [string, ChartOptions, readonly string[]])[] = [
  ['production.yaml', { examples: ['production.yaml'] }, []],
  ['dev.yaml', { examples: ['dev.yaml'] }, ['store: memory']],
  [
    'its own values',
    {},
    ['The image is named by a tag', 'serviceMonitor is off', 'The policy file'],
  ],
  [
    'less than there should be',
    {
      examples: ['production.yaml'],
      values: {
        redis: { url: 'redis://r', password: { secretName: '' }, ca: { secretName: '' } },
        autoscaling: { enabled: false },
        replicas: 1,
        podDisruptionBudget: { enabled: false },
        administration: { enabled: true },
        networkPolicy: { enabled: false },
        settings: { drainDelay: '5s' },
      },
    },
    [
      'redis.url uses plain text',
      'redis.password names no Secret',
      'There is at most one replica',
      'podDisruptionBudget is off',
      'settings.drainDelay is short',
      'networkPolicy is off: every client that reaches port 9001',
      'networkPolicy is off: every client that reaches port 9003',
    ],
  ],
  [
    'a policy file that only speaks of observing',
    { examples: ['production.yaml'], values: { policy: { file: '# mode: observe\n' } } },
    [],
  ],
];

describe('NOTES of the chart', function () {
  this.timeout(60_000);
  let helm: string;
  let notes: string;
  before(async function () {
    helm = await helmOrSkip(this);
    notes = await notesOf(helm, EDGE);
  });

  it('name every Secret and ConfigMap that the pods need and the chart does not make', async () => {
    const all: readonly ChartOptions[] = [
      {},
      ...['dev.yaml', 'mutual-tls.yaml', 'production.yaml'].map((name) => ({ examples: [name] })),
      { values: { administration: { enabled: true } } },
    ];
    for (const options of all) {
      // oxlint-disable no-await-in-loop -- one after the other
      const objects = await chartObjects(helm, options);
      const named = (await notesOf(helm, options)).matchAll(
        /^ {3}(?:Secret|ConfigMap) ([a-z-]+)/gm,
      );
      // oxlint-enable no-await-in-loop
      const made = new Set(objects.map(titleOf));
      const volumes = workloadsIn(objects).flatMap(({ pod }) => pod.volumes ?? []);
      const wanted = volumes
        .map(({ secret, configMap }) => secret?.secretName ?? configMap?.name ?? '')
        .filter((name) => !made.has(`ConfigMap/${name}`));
      expect([...named].map(([, name]) => name)).to.deep.equal(wanted);
    }
  });

  it('give a command that makes a valid key file', async function () {
    const kubectl = await kubectlOrSkip(this);
    const command = /openssl [^\n]+\\\n[^\n]+/.exec(notes)?.[0] ?? '';
    const here = command.replace('kubectl', '"$KUBECTL"').concat(' --dry-run=client -o yaml');
    const env = { PATH: process.env['PATH'], KUBECTL: kubectl };
    const { stdout } = await promisify(execFile)('sh', ['-c', here], { env });
    const { metadata, data } = parse(stdout) as KubeObject;
    expect(metadata).to.include({ name: 'names', namespace: 'guards' });
    const text = Buffer.from(data?.['k'] ?? '', 'base64').toString();
    expect(parseKeyFile(text, 'curfew.keys')).to.have.length(1);
  });

  it('use the names of this release everywhere', () => {
    expect(notes).to.contain(
      'edge-curfew.guards.svc.corp.local:9001, and keeps sessions in rediss:',
    );
    expect(notes).to.contain('--namespace guards rollout status deployment/edge-curfew\n');
    expect(notes).to.contain('helm --namespace guards test edge --logs\n');
    expect(notes).to.not.match(/<no value>|%!|\bcurfew\.curfew\b/);
  });

  it('give Istio a provider with the timeout and the status that matter', () => {
    const { extensionProviders } = yamlAfter('extensionProviders:') as {
      extensionProviders: unknown;
    };
    expect(extensionProviders).to.deep.equal([
      {
        name: 'curfew',
        envoyExtAuthzGrpc: {
          service: 'edge-curfew.guards.svc.corp.local',
          port: 9001,
          timeout: '0.25s',
          statusOnError: '503',
          failOpen: false,
        },
      },
    ]);
  });

  it('give Envoy Gateway a valid policy', async function () {
    const conformance = await conformanceOrSkip(this);
    const policy = stringify({
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'SecurityPolicy',
      metadata: { name: 'curfew' },
      spec: {
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge' }],
        ...(yamlAfter('extAuth:') as object),
      },
    });
    expect(policy).to.contain('timeout: 250ms').and.contain('name: edge-curfew');
    expect(await conformance.problems(policy, KUBERNETES_VERSIONS[0])).to.deep.equal([]);
  });

  describe('warn', () => {
    for (const [what, options, wanted] of WARNINGS) {
      it(`${wanted.length === 0 ? 'of nothing ' : ''}with ${what}`, async () => {
        const text = await notesOf(helm, options);
        const lines = [...text.matchAll(/^ - (.*)$/gm)].map(([, line = '']) => line);
        expect(lines).to.have.length(wanted.length);
        for (const [index, begin] of wanted.entries()) expect(lines[index]).to.contain(begin);
      });
    }
  });

  /** The YAML that begins with this line, and is indented as it is or more. */
  function yamlAfter(line: string): unknown {
    const [, indent = ''] = new RegExp(`^( *)${line}`, 'm').exec(notes) ?? [];
    const block =
      new RegExp(`^${indent}${line}\\n(?:${indent} +.*\\n)+`, 'm').exec(notes)?.[0] ?? '';
    return parse(block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
  }
});
