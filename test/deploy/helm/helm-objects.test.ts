import { expect } from 'chai';
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseProcessConfig } from '../../../src/settings/parse-process-config.ts';
import { helmOrSkip } from '../../support/programs/deploy-tools.ts';
import { chartObjects, chartWithTests, renderChart } from '../../support/helm/helm-chart.ts';
import type { ChartOptions } from '../../support/helm/helm-chart.ts';
import { parseObjects, titleOf, workloadsIn } from '../../support/kubernetes/kube-object.ts';
import type { KubeObject, PodSpec } from '../../support/kubernetes/kube-object.ts';
import { objectFaults } from '../../support/kubernetes/faults/object-faults.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const HOST_LABEL_MAX = 63;

describe('the objects of the chart', function () {
  this.timeout(60_000);
  let helm: string;
  before(async function () {
    helm = await helmOrSkip(this);
  });

  const find = (objects: readonly KubeObject[], kind: string) => {
    const found = objects.find((object) => object.kind === kind);
    if (found === undefined) throw new Error(`the chart makes no ${kind}`);
    return found;
  };

  async function pod(options: ChartOptions): Promise<PodSpec> {
    const [workload] = workloadsIn(await chartObjects(helm, options));
    if (workload === undefined) throw new Error('there is no pod');
    return workload.pod;
  }

  describe('have the policy file byte by byte,', () => {
    const texts: readonly (readonly [string, string])[] = [
      ['with words that YAML 1.1 would change', 'a: off\nb: no\nc: 0440\nd: 1_000\ne: 12:30:00\n'],
      ['with comments and templates of others', '# {{ .Values.x }}\nurl: /?rd={return_to}\n'],
      ['without a line break at the end', 'version: 1'],
      ['with too many of them', 'version: 1\n\n\n'],
      ['with blanks at the begin and at ends of lines', '   a: 1  \n\t# tab\n'],
      ['with line breaks of Windows', 'version: 1\r\nsources: []\r\n'],
      ['with characters outside of ASCII', 'name: "café ☕ \u2028"\n'],
      ['with empty lines first', '\n\nversion: 1\n'],
      ['with blanks only in a line', 'a:\n   \n  b: 1\n'],
      ['with umlauts', '# Sitzungen enden pünktlich — überall\n'],
      ['with blanks first', '  a: 1\nb: 2\n'],
      ['with what looks like documents', '---\nversion: 1\n---\n'],
    ];
    for (const [what, text] of texts) {
      it(`${what}, from a value`, async () => {
        const objects = await chartObjects(helm, { values: { policy: { file: text } } });
        expect(find(objects, 'ConfigMap').data).to.deep.equal({ 'curfew.yaml': text });
      });
    }

    it('in lines, where that is possible', async () => {
      const values = { policy: { file: 'a: ü # {x}\n\n  - b\n' } };
      expect(await renderChart(helm, { values })).to.contain('    a: ü # {x}\n    \n      - b\n');
    });

    it('and from a file', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'curfew-policy-'));
      try {
        const file = join(folder, 'curfew.yaml');
        const text = texts.map(([, one]) => one).join('');
        await writeFile(file, text);
        const objects = await chartObjects(helm, { flags: ['--set-file', `policy.file=${file}`] });
        expect(find(objects, 'ConfigMap').data).to.deep.equal({ 'curfew.yaml': text });
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  });

  it('have more files beside it, or use a ConfigMap that is managed elsewhere', async () => {
    const extraFiles = { 'jwks.json': '{"keys":[]}', 'other.txt': 'one\ntwo\n' };
    const mine = await chartObjects(helm, { values: { policy: { file: 'x: 1\n', extraFiles } } });
    expect(find(mine, 'ConfigMap').data).to.deep.equal({ 'curfew.yaml': 'x: 1\n', ...extraFiles });
    const values = { policy: { existingConfigMap: 'policies' } };
    const objects = await chartObjects(helm, { values });
    expect(objects.map(titleOf)).to.not.include('ConfigMap/curfew-policy');
    expect((await pod({ values })).volumes?.[0]?.configMap).to.deep.equal({ name: 'policies' });
  });

  describe('replace the pods', () => {
    const checksum = async (values: Readonly<Record<string, unknown>>, examples: string[] = []) => {
      const objects = await chartObjects(helm, { examples, values });
      const { template } = find(objects, 'Deployment').spec as { template: unknown };
      return template;
    };

    it('but not for another policy', async () => {
      const one = await checksum({ policy: { file: 'one' } });
      expect(await checksum({ policy: { file: 'other', extraFiles: { x: '' } } })).to.deep.equal(
        one,
      );
    });

    for (const [what, values] of [
      ['setting', { settings: { drainDelay: '14s' } }],
      ['Redis', { redis: { url: 'rediss://other' } }],
      ['variable', { extraEnv: [{ name: 'CURFEW_IN_FLIGHT_MAX', value: '1' }] }],
    ] as const) {
      it(`for another ${what}`, async () => {
        expect(await checksum(values)).to.not.deep.equal(await checksum({}));
      });
    }
  });

  describe('have the image', () => {
    for (const [what, image, wanted] of [
      ['by the version of the chart', {}, 'curfew:0.1.0'],
      [
        'by a tag',
        { repository: 'r.example.com:5000/a/curfew', tag: 'v9' },
        'r.example.com:5000/a/curfew:v9',
      ],
      ['by a digest', { digest: DIGEST }, `curfew@${DIGEST}`],
      ['by a digest, whatever the tag', { tag: 'v9', digest: DIGEST }, `curfew@${DIGEST}`],
    ] as const) {
      it(what, async () => {
        const all = parseObjects(await chartWithTests(helm, { values: { image } }));
        const images = workloadsIn(all).flatMap((one) => one.pod.containers.map((c) => c.image));
        expect(images).to.deep.equal([wanted, wanted]);
      });
    }
  });

  describe('have names that fit', () => {
    const names: readonly (readonly [string, ChartOptions, string])[] = [
      ['for the release "curfew"', {}, 'curfew'],
      ['for a release that contains it', { release: 'my-curfew-2' }, 'my-curfew-2'],
      ['for another release', { release: 'edge' }, 'edge-curfew'],
      ['for the longest release', { release: 'r'.repeat(53) }, 'r'.repeat(50)],
      ['where a hyphen would be last', { release: `${'r'.repeat(49)}-ab` }, 'r'.repeat(49)],
      [
        'with another name',
        { release: 'edge', values: { nameOverride: 'sessions' } },
        'edge-sessions',
      ],
      ['with a name of yours', { release: 'edge', values: { fullnameOverride: 'guard' } }, 'guard'],
    ];
    for (const [what, options, name] of names) {
      it(what, async () => {
        const objects = parseObjects(await chartWithTests(helm, options));
        expect(find(objects, 'Service').metadata.name).to.equal(name);
        for (const { metadata } of objects) {
          expect(metadata.name).to.match(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
          expect(metadata.name.length).to.be.at.most(HOST_LABEL_MAX);
          expect(metadata.namespace).to.equal('curfew');
        }
        expect(objectFaults(await chartObjects(helm, options))).to.deep.equal([]);
      });
    }
  });

  it('of two releases in one namespace do not collide', async () => {
    const one = await chartObjects(helm, { release: 'one' });
    const two = await chartObjects(helm, { release: 'two' });
    const titles = [...one, ...two].map(titleOf);
    expect(new Set(titles).size).to.equal(titles.length);
    const { selector } = find(one, 'Service').spec as { selector: Record<string, string> };
    const [other] = workloadsIn(two);
    expect(other?.labels).to.not.include(selector);
  });

  it('reach Sentinels with their own user and password', async () => {
    const url = 'rediss+sentinel://curfew@s0,s1:26380,[::1]:26379/main';
    const sentinel = { username: 'asks', password: { secretName: 's', key: 'p' }, redisPort: 6380 };
    const values = { redis: { url, sentinel } };
    const objects = await chartObjects(helm, { values });
    const settings = objects.find((object) => titleOf(object) === 'ConfigMap/curfew-settings');
    expect(settings?.data).to.include({
      CURFEW_STORE: url,
      CURFEW_SENTINEL_USERNAME: 'asks',
      CURFEW_SENTINEL_PASSWORD_FILE: '/run/secrets/curfew-sentinel/p',
    });
    const { volumes, containers } = await pod({ values });
    expect(volumes?.map(({ name, secret }) => [name, secret?.secretName])).to.deep.include([
      'sentinel',
      's',
    ]);
    const mounts = containers[0]?.volumeMounts?.map(({ name, mountPath }) => [name, mountPath]);
    expect(mounts).to.deep.include(['sentinel', '/run/secrets/curfew-sentinel']);
    const { egress } = find(objects, 'NetworkPolicy').spec as {
      egress: readonly { readonly ports?: readonly { readonly port: unknown }[] }[];
    };
    expect(egress[1]?.ports?.map(({ port }) => port)).to.deep.equal([26_379, 26_380, 6380]);
  });

  it('reach the nodes of a Cluster that the URL names, at their ports', async () => {
    const url = 'rediss+cluster://curfew@n0,n1:7001,[::1]:7002,n3:7001';
    const objects = await chartObjects(helm, { values: { redis: { url } } });
    const settings = objects.find((object) => titleOf(object) === 'ConfigMap/curfew-settings');
    expect(settings?.data).to.include({ CURFEW_STORE: url });
    expect(Object.keys(settings?.data ?? {}).join()).to.not.contain('SENTINEL');
    const { egress } = find(objects, 'NetworkPolicy').spec as {
      egress: readonly { readonly ports?: readonly { readonly port: unknown }[] }[];
    };
    expect(egress[1]?.ports?.map(({ port }) => port)).to.deep.equal([6379, 7001, 7002]);
  });

  it('take Secrets by other names and keys', async () => {
    const values = {
      keys: { secretName: 'names', key: 'k' },
      redis: { password: { secretName: 'r', key: 'p' }, ca: { secretName: 'authority', key: 'c' } },
      tls: { enabled: true, secretName: 't', certKey: 'a', privateKeyKey: 'b', caKey: 'd' },
    };
    const objects = await chartObjects(helm, { values });
    const settings = objects.find((object) => titleOf(object) === 'ConfigMap/curfew-settings');
    expect(settings?.data).to.include({
      CURFEW_KEY_FILE: '/run/secrets/curfew-keys/k',
      CURFEW_REDIS_PASSWORD_FILE: '/run/secrets/curfew-redis/p',
      CURFEW_REDIS_CA_FILE: '/run/secrets/curfew-redis-ca/c',
      CURFEW_GRPC_TLS_CERT_FILE: '/run/secrets/curfew-tls/a',
      CURFEW_GRPC_TLS_KEY_FILE: '/run/secrets/curfew-tls/b',
      CURFEW_GRPC_CLIENT_CA_FILE: '/run/secrets/curfew-tls/d',
    });
    const { volumes, containers } = await pod({ values });
    const secrets = volumes?.map(({ name, secret }) => [name, secret?.secretName]);
    expect(secrets).to.deep.equal([
      ['policy', undefined],
      ['keys', 'names'],
      ['redis', 'r'],
      ['redis-ca', 'authority'],
      ['tls', 't'],
    ]);
    const mounts = containers[0]?.volumeMounts?.map(({ name, mountPath }) => [name, mountPath]);
    expect(mounts).to.deep.equal([
      ['policy', '/etc/curfew'],
      ['keys', '/run/secrets/curfew-keys'],
      ['redis', '/run/secrets/curfew-redis'],
      ['redis-ca', '/run/secrets/curfew-redis-ca'],
      ['tls', '/run/secrets/curfew-tls'],
    ]);
  });

  it('need no password of Redis, and no authority of its own', async () => {
    const redis = { password: { secretName: '' }, ca: { secretName: '' } };
    const objects = await chartObjects(helm, { values: { redis } });
    expect(JSON.stringify(objects)).to.not.match(/REDIS_PASSWORD|REDIS_CA|curfew-redis/);
    expect(objectFaults(objects)).to.deep.equal([]);
  });

  it('have nothing of administration, unless it is on', async () => {
    const objects = parseObjects(await chartWithTests(helm, { values: { policy: { file: 'x' } } }));
    expect(JSON.stringify(objects)).to.not.match(/admin|9003/i);
  });

  it('give administration a Service inside the cluster, and let in pods with both labels', async () => {
    const objects = await chartObjects(helm, { values: { administration: { enabled: true } } });
    const named = objects.filter(({ metadata }) => metadata.name === 'curfew-admin');
    const [network, service] = named.toSorted((one, other) => one.kind.localeCompare(other.kind));
    expect(service?.spec).to.include({ type: 'ClusterIP' });
    const { ingress } = (network?.spec ?? {}) as { ingress?: unknown };
    const labels = { 'curfew.dev/admin': 'allowed' };
    expect(ingress).to.deep.equal([
      {
        from: [
          { namespaceSelector: { matchLabels: labels }, podSelector: { matchLabels: labels } },
        ],
        ports: [{ protocol: 'TCP', port: 'https-admin' }],
      },
    ]);
    expect(named).to.have.length(2);
  });

  it('know callers of administration by certificates and by an SSO, and need no tokens then', async () => {
    const administration = {
      enabled: true,
      tokens: { secretName: '' },
      tls: { clientCaKey: 'ca.crt' },
      clientRoles: { 'ops-console': 'operator', login: 'issuer:web' },
      sso: { issuer: 'https://s', audience: 'a', keys: 'https://s/keys', roleClaim: 'r' },
    };
    const objects = await chartObjects(helm, { values: { administration } });
    const settings = objects.find((object) => titleOf(object) === 'ConfigMap/curfew-settings');
    const { config } = parseProcessConfig({}, settings?.data ?? {});
    expect(config).to.deep.include({
      adminClientCaFile: '/run/secrets/curfew-admin-tls/ca.crt',
      adminTokensFile: undefined,
      adminJwtIssuer: 'https://s',
      adminJwtAudience: 'a',
      adminJwtRoleClaim: 'r',
    });
    expect(config.adminRoles?.map(({ name, grant }) => [name, grant.role])).to.deep.equal([
      ['login', 'issuer'],
      ['ops-console', 'operator'],
    ]);
    expect(JSON.stringify(objects)).to.not.contain('admin-tokens');
    expect(objectFaults(objects)).to.deep.equal([]);
  });

  describe('leave out', () => {
    const off: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
      ['HorizontalPodAutoscaler', { autoscaling: { enabled: false } }],
      ['PodDisruptionBudget', { podDisruptionBudget: { enabled: false } }],
      ['NetworkPolicy', { networkPolicy: { enabled: false } }],
      ['ServiceAccount', { serviceAccount: { create: false } }],
      ['ServiceMonitor', {}],
      ['PrometheusRule', {}],
    ];
    for (const [kind, values] of off) {
      it(`the ${kind} if it is off`, async () => {
        const objects = parseObjects(await chartWithTests(helm, { values }));
        expect(objects.map((object) => object.kind)).to.not.include(kind);
      });
    }
  });

  it('set the number of replicas, unless the autoscaler does', async () => {
    const replicas = async (values: Readonly<Record<string, unknown>>) =>
      (find(await chartObjects(helm, { values }), 'Deployment').spec as { replicas?: number })
        .replicas;
    expect(await replicas({})).to.equal(undefined);
    expect(await replicas({ replicas: 5, autoscaling: { enabled: false } })).to.equal(5);
  });
});
