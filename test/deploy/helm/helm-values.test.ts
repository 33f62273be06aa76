import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { helmOrSkip } from '../../support/programs/deploy-tools.ts';
import { VALUES_PAGE, chartValues, valuesPage } from '../../../deploy/helm/values-page.ts';
import { CHART_FOLDER, chartObjects, refusalOf } from '../../support/helm/helm-chart.ts';
import type { ChartOptions } from '../../support/helm/helm-chart.ts';

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

/** The mistake, the values, and a part of the refusal. */
const BY_SCHEMA: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
  ['a value that does not exist', { replicaCount: 3 }, "additional properties 'replicaCount'"],
  ['a misspelt one', { image: { repositry: 'x' } }, "at '/image'"],
  ['a number as a text', { replicas: '3' }, "at '/replicas'"],
  ['a text as a boolean', { tls: { enabled: 'yes' } }, "at '/tls/enabled'"],
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
    'an empty list of clients, which would mean every client',
    { networkPolicy: { envoy: [] } },
    'networkPolicy/envoy',
  ],
  ['no client of administration', { networkPolicy: { admin: [] } }, 'networkPolicy/admin'],
  [
    'an unknown role',
    { administration: { clientRoles: { console: 'admin' } } },
    "at '/administration/clientRoles/console'",
  ],
  [
    'two names of a client in one',
    { administration: { clientRoles: { 'a,b': 'viewer' } } },
    "invalid propertyName 'a,b'",
  ],
  [
    'keys of an SSO without TLS',
    { administration: { sso: { keys: 'http://sso' } } },
    "at '/administration/sso/keys'",
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
    'redis.url cannot be used by Curfew',
  ],
  [
    'a URL with a query',
    { values: { redis: { url: 'redis://h?db=1' } } },
    'redis.url cannot be used',
  ],
  [
    'a password in the URL of Sentinels',
    { values: { redis: { url: `rediss+sentinel://curfew:${SECRET}@a,b/main` } } },
    'redis.url contains a password',
  ],
  [
    'Sentinels without the name of the primary',
    { values: { redis: { url: `rediss+sentinel://${SECRET},b` } } },
    'redis.url cannot be used',
  ],
  [
    'a Cluster with a database',
    { values: { redis: { url: `rediss+cluster://${SECRET},b/0` } } },
    'redis.url cannot be used',
  ],
  [
    'authorities for Sentinels without TLS',
    { values: { redis: { url: 'redis+sentinel://a,b/main' } } },
    'redis.ca would have no effect',
  ],
  [
    'a password of Sentinels without Sentinels',
    { values: { redis: { sentinel: { password: { secretName: 's' } } } } },
    'redis.sentinel has an effect only with',
  ],
  [
    'a user of Sentinels without a password',
    {
      values: { redis: { url: 'rediss+sentinel://a/main', sentinel: { username: 'asks' } } },
    },
    'redis.sentinel.username needs the password',
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
    'files beside a ConfigMap that is managed elsewhere',
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
    'administration without a caller',
    { values: { administration: { enabled: true, tokens: { secretName: '' } } } },
    'administration has no caller',
  ],
  [
    'authorities of callers without roles',
    { values: { administration: { enabled: true, tls: { clientCaKey: 'ca.crt' } } } },
    'administration.tls.clientCaKey and administration.clientRoles belong together',
  ],
  [
    'roles without authorities of callers',
    { values: { administration: { clientRoles: { console: 'viewer' } } } },
    'administration.tls.clientCaKey and administration.clientRoles belong together',
  ],
  [
    'half an SSO',
    { values: { administration: { enabled: true, sso: { issuer: 'https://sso' } } } },
    'administration.sso needs all of issuer, audience, keys and roleClaim',
  ],
  [
    'a setting of administration as a variable',
    { values: { extraEnv: [{ name: 'CURFEW_ADMIN_TOKENS_FILE', value: '/tmp/x' }] } },
    'extraEnv may not set CURFEW_ADMIN_TOKENS_FILE',
  ],
  [
    'a label of the selector',
    { values: { podLabels: { 'app.kubernetes.io/name': 'x' } } },
    'podLabels may not set app.kubernetes.io/name',
  ],
];

/** Maps with keys of the user's choice. */
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

  describe('are refused by the templates, with what to do, for', () => {
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

    it('values.yaml and the list in the README', () => {
      const made = 'node tools/run.mjs node deploy/helm/values-page.ts';
      const page = readFileSync(VALUES_PAGE, 'utf8');
      expect(page, made).to.equal(valuesPage());
      for (const { path, about } of values) {
        expect(page.replaceAll(/\s+/g, ' '), path).to.include(about);
      }
    });

    it('the comments: every value has one', () => {
      expect(values.filter(({ about }) => about === '')).to.deep.equal([]);
    });

    it('the maps of the schema: no other map accepts unknown keys', () => {
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
