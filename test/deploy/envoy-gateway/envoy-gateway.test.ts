import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { egctlOrSkip, kubectlOrSkip } from '../../support/programs/deploy-tools.ts';
import { gatewayCluster } from '../../support/envoy-gateway/gateway-cluster.ts';
import type { GatewayCluster } from '../../support/envoy-gateway/gateway-cluster.ts';
import { parseObjects } from '../../support/kubernetes/kube-object.ts';
import type { KubeObject } from '../../support/kubernetes/kube-object.ts';
import { DEPLOY_FOLDER } from '../../support/kubernetes/kustomize.ts';
import { translateGateway } from '../../support/envoy-gateway/translate-gateway.ts';
import type { Message, Translation } from '../../support/envoy-gateway/translate-gateway.ts';

const PATCH_FILE = join(DEPLOY_FOLDER, 'envoy-gateway', 'envoy-patch-policy.yaml');
const EXT_AUTHZ = 'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz';

describe('the configuration that Envoy Gateway makes from deploy/envoy-gateway', function () {
  this.timeout(60_000);
  let egctl: string;
  let cluster: GatewayCluster;
  let translation: Translation;

  before(async function () {
    egctl = await egctlOrSkip(this);
    cluster = await gatewayCluster(await kubectlOrSkip(this));
    translation = await translateGateway(egctl, cluster.objects);
  });

  it('accepts every object', () => {
    expect(translation.complaints).to.deep.equal([]);
    const accepted = translation.conditions.filter((condition) =>
      / Accepted True /.test(condition),
    );
    expect(new Set(accepted.map((condition) => condition.split(':')[0]))).to.have.keys([
      'BackendTLSPolicy curfew/curfew',
      'BackendTrafficPolicy shop/shop-grpc',
      'ClientTrafficPolicy edge/edge',
      'EnvoyProxy edge/edge',
      'GRPCRoute shop/shop-grpc',
      'Gateway edge/edge',
      'GatewayClass /edge',
      'HTTPRoute shop/shop',
      'SecurityPolicy edge/curfew',
      'SecurityPolicy shop/payments',
    ]);
  });

  it('checks each route, and those of payments by their own policy', () => {
    const checked = routesOf(translation).map((route) => {
      const filters = (route['typedPerFilterConfig'] ?? {}) as Readonly<Record<string, Message>>;
      const settings = Object.entries(filters).map(([name, filter]) => [
        name,
        filter['checkSettings'],
      ]);
      return [nameOf(route), settings];
    });
    const whole = [['envoy.filters.http.ext_authz/securitypolicy/edge/curfew', {}]];
    const named = { contextExtensions: { 'curfew-policy': 'payments' } };
    expect(Object.fromEntries(checked)).to.deep.equal({
      payments: [['envoy.filters.http.ext_authz/securitypolicy/shop/payments', named]],
      events: whole,
      pages: whole,
      'shop-grpc': whole,
    });
  });

  it('names only policies that the policy file of the overlay offers by name', () => {
    const map = cluster.objects.find(({ metadata }) => metadata.name === 'curfew-policy');
    const { policies } = parse(map?.data?.['curfew.yaml'] ?? '') as {
      policies: { name: string; by_name?: boolean }[];
    };
    const byName = policies.filter(({ by_name }) => by_name).map(({ name }) => name);
    const named = JSON.stringify(translation.envoy.routes).matchAll(/"curfew-policy":"([^"]+)"/g);
    expect([...named].map(([, name]) => name)).to.deep.equal(byName);
  });

  it('asks with our time limit, our retries and our status, and is closed without an answer', () => {
    const filters = extAuthzFilters(translation);
    expect(filters).to.have.length(2);
    for (const { grpcService, ...settings } of filters) {
      const { envoyGrpc, ...call } = grpcService as Message;
      expect((envoyGrpc as Message)['authority']).to.equal('curfew.curfew:9001');
      expect(call).to.deep.equal({
        timeout: '0.250s',
        retryPolicy: {
          numRetries: 1,
          retryBackOff: { baseInterval: '0.005s', maxInterval: '0.150s' },
          retryOn: 'connect-failure,refused-stream',
        },
      });
      // No list of allowed headers, no body, and failure_mode_allow is false by default.
      expect(settings).to.deep.equal({
        '@type': EXT_AUTHZ,
        statusOnError: { code: 'ServiceUnavailable' },
        transportApiVersion: 'V3',
      });
    }
  });

  it('checks the health of the replicas of Curfew, and presents a certificate to them', () => {
    const clusters = translation.envoy.clusters.filter(({ name }) =>
      String(name).includes('extauth'),
    );
    expect(clusters).to.have.length(2);
    for (const each of clusters) {
      expect(each).to.deep.include({
        connectTimeout: '0.100s',
        commonLbConfig: { healthyPanicThreshold: { value: 1 } },
        healthChecks: [
          {
            grpcHealthCheck: { serviceName: 'envoy.service.auth.v3.Authorization' },
            healthyThreshold: 1,
            interval: '1s',
            timeout: '0.500s',
            unhealthyThreshold: 1,
          },
        ],
      });
      const text = JSON.stringify(each);
      expect(text).to.contain('"sni":"curfew.curfew.svc.cluster.local"');
      expect(text).to.contain('"alpnProtocols":["h2","http/1.1"]');
      expect(text).to.contain('"name":"edge/edge-client-tls"');
      expect(text).to.contain('"connectionKeepalive":{"interval":"5s","timeout":"1s"}');
    }
  });

  it('refuses ambiguous paths, removes our headers before anything else, and does not limit streams', () => {
    const [listener] = translation.envoy.listeners.filter(({ name }) => name === 'edge/edge/https');
    const text = JSON.stringify(listener);
    expect(text).to.contain('"pathWithEscapedSlashesAction":"REJECT_REQUEST"');
    expect(text).to.contain('"headersWithUnderscoresAction":"REJECT_REQUEST"');
    expect(text).to.contain('"mergeSlashes":true');
    expect(text).to.contain('"normalizePath":true');
    expect(text).to.contain('"stripTrailingHostDot":true');
    for (const routes of translation.envoy.routes) {
      expect(routes).to.include({ ignorePortInHostMatching: true });
    }
    expect(text).to.contain(
      '"mutations":[{"remove":"session-lifetime"},{"remove":"x-envoy-upstream-stream-duration-ms"},{"remove":"x-envoy-auth-failure-mode-allowed"}]',
    );
    const timeouts = routesOf(translation).map((route) => {
      return [nameOf(route), (route['route'] as Message)['timeout']];
    });
    expect(Object.fromEntries(timeouts)).to.deep.equal({
      payments: undefined,
      events: '0s',
      pages: undefined,
      'shop-grpc': '0s',
    });
  });

  it('with its EnvoyPatchPolicy also has raw headers, and closes cut streams at once', async () => {
    const patch = parseObjects(readFileSync(PATCH_FILE, 'utf8'));
    const patched = await translateGateway(egctl, [...cluster.objects, ...patch]);
    expect(patched.complaints).to.deep.equal([]);
    const filters = extAuthzFilters(patched);
    expect(filters).to.have.length(2);
    for (const filter of filters) {
      expect(filter).to.include({ encodeRawHeaders: true, validateMutations: true });
    }
    const [listener] = patched.envoy.listeners.filter(({ name }) => name === 'edge/edge/https');
    expect(JSON.stringify(listener)).to.contain('"delayedCloseTimeout":"0.200s"');
  });

  it('is also accepted without TLS to Curfew', async () => {
    const plain = cluster.objects.filter(({ kind }) => kind !== 'BackendTLSPolicy');
    const { complaints, envoy } = await translateGateway(
      egctl,
      changedObjects(plain, { object: 'EnvoyProxy edge', set: { 'spec.backendTLS': undefined } }),
    );
    expect(complaints).to.deep.equal([]);
    expect(JSON.stringify(envoy.clusters)).not.to.contain('transportSocket');
  });

  describe('beside tokens that Envoy Gateway verifies', () => {
    // egctl cannot translate `oidc`: it finds no Secret of Envoy Gateway's own.
    const jwt = {
      providers: [
        {
          name: 'idp',
          issuer: 'https://idp.example.com',
          localJWKS: { type: 'Inline', inline: '{"keys":[]}' },
        },
      ],
    };
    const page = readFileSync(join(DEPLOY_FOLDER, 'envoy-gateway', 'README.md'), 'utf8');
    const block = /^ *```yaml\n(.*?)^ *```/ms.exec(page)?.[1] ?? '';
    const { filterOrder } = (parse(block) as { spec: { filterOrder: unknown } }).spec;

    /** The filters that identify the client, in their order. */
    const orderOf = async (order: unknown): Promise<string[]> => {
      const withJwt = changedObjects(cluster.objects, {
        object: 'SecurityPolicy curfew',
        set: { 'spec.jwt': jwt },
      });
      const { complaints, envoy } = await translateGateway(
        egctl,
        changedObjects(withJwt, { object: 'EnvoyProxy edge', set: { 'spec.filterOrder': order } }),
      );
      expect(complaints).to.deep.equal([]);
      const [listener] = envoy.listeners.filter(({ name }) => name === 'edge/edge/https');
      const names = JSON.stringify(listener).matchAll(/http\.(ext_authz|jwt_authn)["/]/g);
      return [...new Set([...names].map(([, name = '']) => name))];
    };

    it('asks Curfew first', async () => {
      expect(await orderOf(undefined)).to.deep.equal(['ext_authz', 'jwt_authn']);
    });

    it('asks Curfew last with the order of the page', async () => {
      expect(await orderOf(filterOrder)).to.deep.equal(['jwt_authn', 'ext_authz']);
    });
  });

  it('answers 500 while the headless Service has no endpoint', async () => {
    const set = { 'spec.clusterIP': 'None' }; // egctl never sees an EndpointSlice
    const empty = await translateGateway(
      egctl,
      changedObjects(cluster.objects, { object: 'Service curfew', set }),
    );
    expect(empty.complaints.join('\n')).to.contain(
      'no ready endpoints for the related Service curfew',
    );
    const answers = routesOf(empty).map(({ directResponse }) => directResponse);
    expect(answers).to.deep.equal(answers.map(() => ({ status: 500 })));
    expect(extAuthzFilters(empty)).to.deep.equal([]);
  });

  describe('with a mistake', () => {
    const withChange = (change: Change): Promise<Translation> =>
      translateGateway(egctl, changedObjects(cluster.objects, change));

    const mistakes: readonly (Change & { readonly words: RegExp })[] = [
      {
        object: 'SecurityPolicy curfew',
        set: { 'spec.extAuth.grpc.backendRefs.0.port': 9003 },
        words: /ExtAuth: TCP Port 9003 not found on service curfew\/curfew/,
      },
      {
        object: 'SecurityPolicy payments',
        set: { 'spec.extAuth.grpc.backendRefs.0.name': 'curfeu' },
        words: /ExtAuth: service curfew\/curfeu not found/,
      },
      {
        object: 'ReferenceGrant curfew',
        set: { 'spec.from.0.namespace': 'egde' },
        words: /ExtAuth: backend ref to Service curfew\/curfew not permitted by any ReferenceGrant/,
      },
      {
        object: 'EnvoyProxy edge',
        set: { 'spec.backendTLS.clientCertificateRef.name': 'edge-cleint-tls' },
        words: /edge-cleint-tls/,
      },
      {
        object: 'SecurityPolicy payments',
        set: { 'spec.targetRefs.0.sectionName': 'payment' },
        words: /No section name payment found for HTTPRoute/,
      },
    ];
    for (const { words, ...change } of mistakes) {
      it(`in ${Object.keys(change.set).join()} of ${change.object}, it is reported`, async () => {
        expect((await withChange(change)).complaints.join('\n')).to.match(words);
      });
    }

    it('in the name of a field, it is refused', async () => {
      const set = { 'spec.extAuth.statusOnErorr': 503 };
      const outcome = withChange({ object: 'SecurityPolicy curfew', set });
      expect(await wordsOf(outcome)).to.match(/unknown field.*statusOnErorr/s);
    });

    it('in a value that a rule of the schema forbids, it is refused', async () => {
      const set = { 'spec.extAuth.statusOnError': 200 };
      const outcome = withChange({ object: 'SecurityPolicy curfew', set });
      expect(await wordsOf(outcome)).to.match(/statusOnError.*Unsupported value: 200/s);
    });

    it('no route is open: every route of the policy is answered with 500', async () => {
      const set = { 'spec.extAuth.grpc.backendRefs.0.name': 'curfeu' };
      const broken = await withChange({ object: 'SecurityPolicy curfew', set });
      const answers = routesOf(broken).map((route) => [nameOf(route), route['directResponse']]);
      expect(Object.fromEntries(answers)).to.deep.include({
        events: { status: 500 },
        pages: { status: 500 },
        'shop-grpc': { status: 500 },
      });
    });

    it('a policy of a route that neither asks Curfew nor is merged removes the check', async () => {
      const set = {
        'spec.mergeType': undefined,
        'spec.extAuth': undefined,
        'spec.cors': { allowOrigins: ['https://www.example.com'] },
      };
      const careless = await withChange({ object: 'SecurityPolicy payments', set });
      const [payments] = routesOf(careless).filter((route) => nameOf(route) === 'payments');
      expect(JSON.stringify(payments)).not.to.contain('ext_authz');
    });

    it('a policy of a route that is not merged loses the settings of the one on the Gateway', async () => {
      const set = { 'spec.mergeType': undefined };
      const careless = await withChange({ object: 'SecurityPolicy payments', set });
      const timeouts = extAuthzFilters(careless).map(
        ({ grpcService }) => (grpcService as Message)['timeout'],
      );
      expect(timeouts).to.have.members(['0.250s', '10s']);
      expect(careless.complaints.join()).to.contain('Overridden');
    });
  });
});

/** A mistake: fields of one object, each by its path, and their wrong values. */
interface Change {
  readonly object: string;
  readonly set: Readonly<Record<string, unknown>>;
}

function changedObjects(objects: readonly KubeObject[], { object, set }: Change) {
  const copies = structuredClone(objects);
  const found = copies.find(({ kind, metadata }) => `${kind} ${metadata.name}` === object);
  if (found === undefined) throw new Error(`there is no ${object}`);
  for (const [path, value] of Object.entries(set)) {
    const steps = path.split('.');
    const last = steps.pop() ?? '';
    let holder = found as unknown as Record<string, unknown>;
    for (const step of steps) holder = holder[step] as Record<string, unknown>;
    if (value === undefined) delete holder[last];
    else holder[last] = value;
  }
  return copies;
}

function wordsOf(outcome: Promise<unknown>): Promise<string> {
  return outcome.then(() => 'it was accepted', String);
}

function routesOf({ envoy }: Translation): Message[] {
  return envoy.routes
    .flatMap(({ virtualHosts }) => virtualHosts as Message[])
    .flatMap(({ routes }) => routes as Message[]);
}

/** The name of the rule in the route, or the name of the route if the rule has none. */
function nameOf(route: Message): string {
  const { filterMetadata } = route['metadata'] as {
    filterMetadata: { 'envoy-gateway': { resources: { name: string; sectionName?: string }[] } };
  };
  const [resource] = filterMetadata['envoy-gateway'].resources;
  return resource?.sectionName ?? resource?.name ?? '';
}

function extAuthzFilters({ envoy }: Translation): Message[] {
  const found: Message[] = [];
  const search = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ((value as Message)['@type'] === EXT_AUTHZ) found.push(value as Message);
    else Object.values(value).forEach(search);
  };
  search(envoy.listeners);
  return found;
}
