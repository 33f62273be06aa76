import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { helmOrSkip } from '../support/deploy-tools.ts';
import { chartValues, defaultInWords } from '../support/kubernetes/chart-values.ts';
import { CHART_FOLDER, chartObjects, refusalOf } from '../support/kubernetes/helm-chart.ts';
import type { ChartOptions } from '../support/kubernetes/helm-chart.ts';

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: false | Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly definitions?: Readonly<Record<string, Schema>>;
}

const SECRET = 'correct-horse-battery';

/** What is mistaken, the values, and what the refusal names. */
const BY_SCHEMA: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
  ['a value that does not exist', { replicaCount: 3 }, "additional properties 'replicaCount'"],
  ['a misspelt one', { image: { repositry: 'x' } }, "at '/image'"],
  ['a number as a text', { replicas: '3' }, "at '/replicas'"],
  ['a text as a truth', { tls: { enabled: 'yes' } }, "at '/tls/enabled'"],
  ['null', { redis: null }, "missing property 'redis'"],
  ['a policy file as a map', { policy: { file: { version: 1 } } }, "at '/policy/file'"],
  [
    'a policy file among the others',
    { policy: { extraFiles: { 'curfew.yaml': '' } } },
    "at '/policy/extraFiles/curfew.yaml'",
  ],
  [
    'a file elsewhere',
    { policy: { extraFiles: { '../x': '' } } },
    "additional properties '../x' not allowed",
  ],
  ['half a digest', { image: { digest: 'sha256:abc' } }, "at '/image/digest'"],
  ['a tag in the name', { image: { tag: 'a:b' } }, "at '/image/tag'"],
  ['an unknown store', { store: 'postgres' }, "at '/store'"],
  ['an unknown log level', { settings: { logLevel: 'verbose' } }, "at '/settings/logLevel'"],
  ['a duration without a unit', { settings: { drainDelay: '15' } }, "at '/settings/drainDelay'"],
  ['a duration as a number', { settings: { drainDelay: 15 } }, "at '/settings/drainDelay'"],
  ['a name of a host', { settings: { listenHost: 'localhost' } }, "at '/settings/listenHost'"],
  ['a key that is a path', { keys: { key: '../curfew.keys' } }, "at '/keys/key'"],
  ['no name for a Secret', { keys: { secretName: '' } }, "at '/keys/secretName'"],
  ['capitals in a name', { fullnameOverride: 'Curfew' }, "at '/fullnameOverride'"],
  ['a name too long', { fullnameOverride: 'x'.repeat(51) }, "at '/fullnameOverride'"],
  ['a foreign variable', { extraEnv: [{ name: 'PATH', value: '/' }] }, "at '/extraEnv/0/name'"],
  ['a variable without a value', { extraEnv: [{ name: 'OTEL_X' }] }, "at '/extraEnv/0'"],
  [
    'a variable with two values',
    { extraEnv: [{ name: 'OTEL_X', value: '', valueFrom: { fieldRef: { fieldPath: 'x' } } }] },
    "at '/extraEnv/0'",
  ],
  [
    'nobody who may ask, which means anybody',
    { networkPolicy: { envoy: [] } },
    'networkPolicy/envoy',
  ],
  ['a peer that is empty', { networkPolicy: { envoy: [{}] } }, 'networkPolicy/envoy/0'],
  ['more CPU than all', { autoscaling: { targetCpuPercent: 101 } }, 'targetCpuPercent'],
  ['no replica to begin with', { autoscaling: { minReplicas: 0 } }, 'minReplicas'],
  ['a budget that blocks', { podDisruptionBudget: { maxUnavailable: 0 } }, 'maxUnavailable'],
  ['a wrong spread', { topologySpread: { zones: 'Always' } }, "at '/topologySpread/zones'"],
  [
    'a wrong quantity',
    { resources: { requests: { cpu: 'much' } } },
    "at '/resources/requests/cpu'",
  ],
  ['an unknown resource', { resources: { limit: {} } }, "at '/resources'"],
  ['a number as a label', { podLabels: { team: 1 } }, "at '/podLabels/team'"],
  ['an unknown effect', { tolerations: [{ effect: 'NoWay' }] }, "at '/tolerations/0/effect'"],
  ['rights of the pod', { securityContext: { runAsUser: 0 } }, "'securityContext'"],
];

const BY_TEMPLATE: readonly (readonly [string, ChartOptions, string])[] = [
  [
    'a memory store with an autoscaler',
    { values: { store: 'memory' } },
    'store: memory belongs to one process: set autoscaling.enabled=false and replicas=1',
  ],
  [
    'a memory store with two replicas',
    { examples: ['dev.yaml'], values: { replicas: 2 } },
    'each replica would know other sessions: set replicas=1',
  ],
  [
    'a password in the URL of Redis',
    { values: { redis: { url: `rediss://curfew:${SECRET}@redis:6379` } } },
    'redis.url contains a password',
  ],
  [
    'a password without a user',
    { values: { redis: { url: `rediss://:${SECRET}@redis` } } },
    'redis.url contains a password',
  ],
  [
    'another URL',
    { values: { redis: { url: `http://${SECRET}` } } },
    'redis.url is none that Curfew can use',
  ],
  [
    'a URL with a query',
    { values: { redis: { url: 'redis://h?db=1' } } },
    'redis.url is none that',
  ],
  [
    'authorities without TLS',
    { values: { redis: { url: 'redis://redis:6379' } } },
    'redis.ca would have no effect',
  ],
  [
    'two places of authorities',
    { values: { redis: { ca: { configMapName: 'ca' } } } },
    'redis.ca names a Secret and a ConfigMap',
  ],
  [
    'fewer at most than at least',
    { values: { autoscaling: { maxReplicas: 2 } } },
    'autoscaling.minReplicas is more than autoscaling.maxReplicas',
  ],
  [
    'an autoscaler without a request',
    { values: { resources: { requests: { cpu: null } } } },
    'set resources.requests.cpu',
  ],
  ['too short a time to stop', { values: { settings: { drainDelay: '1m' } } }, 'at least 75'],
  [
    'too short a time to stop, in parts',
    { values: { settings: { drainDelay: '1m10s500ms' } } },
    'at least 86',
  ],
  [
    'files beside a ConfigMap of somebody else',
    { values: { policy: { existingConfigMap: 'p', extraFiles: { x: '' } } } },
    'policy.extraFiles has no effect',
  ],
  ['no policy', { values: { policy: { file: '\n' } } }, 'policy.file is empty'],
  [
    'a variable that a value sets',
    { values: { extraEnv: [{ name: 'CURFEW_STORE', value: 'memory:' }] } },
    'extraEnv may not set CURFEW_STORE',
  ],
  [
    'a credential for the collector of traces',
    { values: { extraEnv: [{ name: 'OTEL_EXPORTER_OTLP_HEADERS', value: SECRET }] } },
    'OTEL_EXPORTER_OTLP_HEADERS may hold a credential',
  ],
  [
    'a label of the selector',
    { values: { podLabels: { 'app.kubernetes.io/name': 'x' } } },
    'podLabels may not set app.kubernetes.io/name',
  ],
];

/** Whose keys are not the chart's. */
const OPEN = new Set(['affinity', 'policy.extraFiles']);

describe('values of the chart', function () {
  this.timeout(60_000);
  let helm: string;
  before(async function () {
    helm = await helmOrSkip(this);
  });

  describe('are refused by the schema for', () => {
    for (const [what, values, words] of BY_SCHEMA) {
      it(what, async () => {
        const refusal = await refusalOf(helm, { values });
        expect(refusal).to.contain("values don't meet the specifications of the schema");
        expect(refusal).to.contain(words);
      });
    }
  });

  describe('are refused together, with what to do, for', () => {
    for (const [what, options, words] of BY_TEMPLATE) {
      it(what, async () => {
        const refusal = await refusalOf(helm, options);
        expect(refusal).to.contain(words);
        expect(refusal).to.not.contain(SECRET);
      });
    }
  });

  it('are refused all at once', async () => {
    const values = { store: 'memory', policy: { file: '' } };
    expect((await refusalOf(helm, { values })).match(/^- /gm)).to.have.length(2);
  });

  for (const url of ['redis://[fd00::1]:6380/3', 'rediss://u@redis-0.redis.db:6380', 'redis://r']) {
    it(`take Redis at ${url}, and let the pods reach its port`, async () => {
      const redis = { url, ca: url.startsWith('redis:') ? { secretName: '' } : {} };
      const objects = await chartObjects(helm, { values: { redis } });
      const text = JSON.stringify(objects.find(({ kind }) => kind === 'NetworkPolicy'));
      expect(text).to.contain(`"port":${/:(\d{4})/.exec(url)?.[1] ?? '6379'}}`);
    });
  }

  describe('are the same in', () => {
    const schema = JSON.parse(
      readFileSync(join(CHART_FOLDER, 'values.schema.json'), 'utf8'),
    ) as Schema;
    const values = chartValues();

    it('values.yaml and the schema, which requires each', () => {
      const optional = new Set(['global', 'resources.requests', 'resources.limits']);
      const { wanted, named } = leavesOf(schema, '');
      const paths = values.map(({ path }) => path).toSorted();
      expect(named.filter((path) => path !== 'global').toSorted()).to.deep.equal(paths);
      expect(wanted.toSorted()).to.deep.equal(paths.filter((path) => !optional.has(path)));
    });

    it('values.yaml and the table in the README', () => {
      const readme = readFileSync(join(CHART_FOLDER, 'README.md'), 'utf8');
      const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
      const cells = rows.map((row) =>
        row
          .split(/(?<!\\)\|/)
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
      expect(cells).to.deep.equal(
        values.map(({ path, default: value, about }) => [
          `\`${path}\``,
          defaultInWords(value),
          about,
        ]),
      );
    });

    it('every comment: there is none without', () => {
      expect(values.filter(({ about }) => about === '')).to.deep.equal([]);
    });

    it('no map of the schema that would take anything', () => {
      expect(openMapsIn(schema, '')).to.deep.equal([
        '/affinity/nodeAffinity', // Kubernetes' own, long and often extended
        '/affinity/podAffinity',
        '/affinity/podAntiAffinity',
        '/global',
      ]);
    });
  });
});

/** The paths of all values that the schema names, and of those that it requires. */
function leavesOf(schema: Schema, prefix: string): { named: string[]; wanted: string[] } {
  const named: string[] = [];
  const wanted: string[] = [];
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    const path = `${prefix}${key}`;
    const isRequired = schema.required?.includes(key) === true;
    if (child.properties === undefined || OPEN.has(path)) {
      named.push(path);
      if (isRequired) wanted.push(path);
    } else {
      const inner = leavesOf(child, `${path}.`);
      named.push(...inner.named);
      if (isRequired) wanted.push(...inner.wanted);
    }
  }
  return { named, wanted };
}

function openMapsIn(schema: Schema, path: string): string[] {
  const children = [
    ...Object.entries(schema.properties ?? {}),
    ...Object.entries(schema.definitions ?? {}),
    ...(schema.items === undefined ? [] : [['[]', schema.items] as const]),
    ...(schema.anyOf ?? []).map((one, index) => [String(index), one] as const),
  ];
  const own = schema.type === 'object' && schema.additionalProperties === undefined ? [path] : [];
  return [
    ...own,
    ...children.flatMap(([key, child]) => openMapsIn(child, `${path}/${key}`)),
  ].toSorted();
}
