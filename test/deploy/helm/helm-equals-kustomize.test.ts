import { expect } from 'chai';
import { join } from 'node:path';
import { parse } from 'yaml';
import { helmOrSkip, kubectlOrSkip } from '../../support/programs/deploy-tools.ts';
import { chartObjects } from '../../support/helm/helm-chart.ts';
import type { ChartOptions } from '../../support/helm/helm-chart.ts';
import { parseObjects, titleOf } from '../../support/kubernetes/kube-object.ts';
import type { KubeObject } from '../../support/kubernetes/kube-object.ts';
import { DEPLOY_FOLDER, kustomizeFolders, render } from '../../support/kubernetes/kustomize.ts';
import { objectDifferences } from '../../support/helm/object-differences.ts';

/** The differences that are allowed, each with its reason. Every other one would have to be explained to users. */
const HELM_LABELS = [
  'app.kubernetes.io/instance', // Helm's own three
  'app.kubernetes.io/managed-by',
  'helm.sh/chart',
];
const CHECKSUM = 'checksum/settings'; // kustomize has a hash in the name of the ConfigMap instead

/** They make objects of a mesh or a gateway, which the chart leaves to the teams of these. */
const NOT_OURS = ['istio-gateway', 'istio-sidecar', 'envoy-gateway'].map(
  (name) => `kubernetes/overlays/${name}`,
);
const NOT_OURS_KINDS = ['DestinationRule', 'PeerAuthentication', 'Namespace'];

const TABLE: readonly {
  /** A folder of kustomize; a component is added to the base. */
  readonly overlay: string;
  readonly options: ChartOptions;
  /** Objects that only kustomize makes. */
  readonly only?: readonly string[];
}[] = [
  { overlay: 'base', options: {} },
  { overlay: 'components/mutual-tls', options: { values: { tls: { enabled: true } } } },
  {
    overlay: 'components/service-monitor',
    options: { values: { serviceMonitor: { enabled: true } } },
  },
  {
    overlay: 'components/prometheus-rules',
    options: { values: { prometheusRule: { enabled: true } } },
  },
  {
    overlay: 'components/administration',
    options: { values: { administration: { enabled: true } } },
  },
  {
    overlay: 'components/sentinel',
    options: {
      values: {
        redis: {
          url: 'rediss+sentinel://curfew@sentinel:26379/curfew',
          sentinel: { username: 'curfew', password: { secretName: 'curfew-sentinel' } },
        },
      },
    },
  },
  {
    overlay: 'components/cluster',
    options: {
      values: {
        redis: {
          url: 'rediss+cluster://curfew@redis-0:6379,redis-1:6379,redis-2:6379',
        },
      },
    },
  },
  {
    overlay: 'components/tracing',
    options: {
      values: {
        extraEnv: [
          {
            name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
            value: 'http://opentelemetry-collector.observability:4318',
          },
          { name: 'OTEL_TRACES_SAMPLER', value: 'parentbased_always_off' },
        ],
        networkPolicy: {
          extraEgress: [
            {
              ports: [
                { protocol: 'TCP', port: 4317 },
                { protocol: 'TCP', port: 4318 },
              ],
            },
          ],
        },
      },
    },
  },
  { overlay: 'components/istio', options: { examples: ['istio.yaml'] } },
  { overlay: 'overlays/production', options: { examples: ['production.yaml'] } },
  {
    overlay: 'overlays/dev',
    options: { examples: ['dev.yaml'] },
    // The base's rule for Redis, which is not used there.
    only: [
      'NetworkPolicy/curfew.spec.egress[1].ports[0].port: 443 | 6379',
      'NetworkPolicy/curfew.spec.egress[2]: nothing | {"ports":[{"port":443,"protocol":"TCP"}]}',
    ],
  },
];

describe('the chart makes the objects of kustomize', function () {
  this.timeout(60_000);
  let helm: string;
  let kubectl: string;
  before(async function () {
    helm = await helmOrSkip(this);
    kubectl = await kubectlOrSkip(this);
  });

  for (const { overlay, options, only = [] } of TABLE) {
    const { examples = [], values = {} } = options;
    it(`of ${overlay} with ${examples[0] ?? JSON.stringify(values)}`, async () => {
      const name = `kubernetes/${overlay}`;
      const path = join(DEPLOY_FOLDER, name);
      const isComponent = overlay.startsWith('components/');
      const { yaml } = await render(kubectl, { path, name, isComponent });
      const theirs = parseObjects(yaml).filter((object) => isOfCurfew(object));
      const ours = await chartObjects(helm, options);
      expect(ours.length).to.be.greaterThan(5);
      expect(objectDifferences(ours.map(comparable), theirs.map(comparable))).to.deep.equal(only);
    });
  }

  it('of every folder of kustomize that is about Curfew alone', () => {
    const names = kustomizeFolders().map(({ name }) => name);
    const known = [...TABLE.map(({ overlay }) => `kubernetes/${overlay}`), ...NOT_OURS];
    const others = names.filter((name) => name.startsWith('kubernetes/') && !known.includes(name));
    expect(others).to.deep.equal([]);
  });

  it('and reports every difference', async () => {
    const ours = (await chartObjects(helm)).map(comparable);
    const changed = structuredClone(ours) as { spec: { ports: { port: number }[] } }[];
    const service = changed[ours.findIndex((object) => titleOf(object) === 'Service/curfew')];
    const [port] = service?.spec.ports ?? [];
    if (port !== undefined) port.port = 9003;
    expect(objectDifferences(ours, changed as unknown as KubeObject[])).to.deep.equal([
      'Service/curfew.spec.ports[0].port: 9001 | 9003',
    ]);
    expect(objectDifferences(ours, ours.slice(1))[0]).to.match(/: \{.*\} \| nothing$/);
  });
});

/** The dev overlay also has an Envoy and an application, and helm's `--create-namespace` makes the namespace. */
function isOfCurfew({ kind, metadata }: KubeObject): boolean {
  return metadata.labels?.['app.kubernetes.io/name'] === 'curfew' && !NOT_OURS_KINDS.includes(kind);
}

/**
 * An object without the allowed differences. The comments of the policy file are not compared, and neither is the
 * order of lists of named things (volumes, variables).
 */
function comparable(object: KubeObject): KubeObject {
  const text = JSON.stringify(object, (key, value: unknown) => {
    if (HELM_LABELS.includes(key) || key === CHECKSUM) return undefined;
    if (key === 'annotations' && isOnlyChecksum(value)) return undefined;
    if (Array.isArray(value)) {
      return (value as unknown[]).toSorted((one, other) =>
        nameIn(one).localeCompare(nameIn(other)),
      );
    }
    if (key === 'curfew.yaml') return parse(String(value)) as unknown;
    return typeof value === 'string'
      ? value.replace(/^(curfew-settings)-[a-z0-9]{10}$/, '$1')
      : value;
  });
  return JSON.parse(text) as KubeObject;
}

function isOnlyChecksum(value: unknown): boolean {
  return Object.keys(value ?? {}).join(',') === CHECKSUM;
}

/** Items without a name keep their place. */
function nameIn(value: unknown): string {
  return (value as { readonly name?: string }).name ?? '';
}
