import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessLogEntry } from '../../support/envoy/access-log.ts';
import { kubectlOrSkip } from '../../support/programs/deploy-tools.ts';
import { newCredential } from '../../support/envoy/edge.ts';
import { eventually } from '../../support/time/eventually.ts';
import { httpCall } from '../../support/clients/http-call.ts';
import { istioOrSkip } from '../../support/istio/istio.ts';
import type { Istio, MeshProxy } from '../../support/istio/istio.ts';
import { startMeshEdge } from '../../support/istio/mesh-edge.ts';
import type { MeshEdge } from '../../support/istio/mesh-edge.ts';
import {
  EDGE_GATEWAY,
  INGRESS_GATEWAY,
  SHOP_CLUSTER,
  SHOP_INBOUND_CLUSTER,
  SHOP_PORT,
  SHOP_SIDECAR,
  curfewPods,
  shopAndGateways,
} from '../../support/istio/mesh-world.ts';
import {
  CURFEW_CLUSTER,
  clusterOf,
  connectionManagerOf,
  httpFilters,
} from '../../support/istio/proxy-config.ts';
import type { ProxyConfig } from '../../support/istio/proxy-config.ts';
import {
  istioFile,
  renderedOverlay,
  shippedMeshConfig,
} from '../../support/istio/rendered-mesh.ts';
import { openEventStream, openWebSocket } from '../../support/clients/open-stream.ts';
import { envoyOrSkip } from '../../support/programs/provision-or-skip.ts';
import { tokenIssuer } from '../../support/tokens/signed-tokens.ts';

// The configuration that Istio's own control plane makes from the shipped files, run by a real Envoy.

const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
policies:
  - { name: public, match: [{ path: /assets/** }], session: off }
  - { name: sensitive, match: [{ context: { tier: sensitive } }], idle: 5m, absolute: 1h }
  - { name: short, match: [{ host: short.test }], idle: 1s, absolute: 12h }
  - { name: default, idle: 1h, absolute: 12h }
`;
// Curfew gives up after 150 ms, Envoy after 250 ms, Istio's default is ten minutes; the rest is for a busy machine.
const ANSWER_MAX_MS = 2_000;

const places: readonly {
  readonly title: string;
  readonly overlay: string;
  readonly proxy: MeshProxy;
  readonly more: readonly string[];
  readonly appCluster: string;
  readonly podPort?: number;
}[] = [
  {
    title: 'a gateway of the Gateway API',
    overlay: 'istio-gateway',
    proxy: EDGE_GATEWAY,
    more: [],
    appCluster: SHOP_CLUSTER,
  },
  {
    title: 'an ingress gateway',
    overlay: 'without-checks',
    proxy: INGRESS_GATEWAY,
    more: ['ingress-gateway.yaml'],
    appCluster: SHOP_CLUSTER,
  },
  {
    title: "an application's sidecar",
    overlay: 'istio-sidecar',
    proxy: SHOP_SIDECAR,
    more: [],
    appCluster: SHOP_INBOUND_CLUSTER,
    podPort: SHOP_PORT,
  },
];

describe('proxies of an Istio mesh', function () {
  this.timeout(60_000);
  let istio: Istio;
  const overlays = new Map<string, string>();

  before(async function () {
    await envoyOrSkip(this);
    const kubectl = await kubectlOrSkip(this);
    istio = await istioOrSkip(this);
    for (const overlay of ['istio-gateway', 'istio-sidecar']) {
      // oxlint-disable-next-line no-await-in-loop -- two processes, one after the other
      overlays.set(overlay, await renderedOverlay(kubectl, overlay));
    }
    overlays.set('without-checks', withoutChecks(overlays.get('istio-gateway') ?? ''));
  });

  /** The configuration that istiod makes from an overlay and shipped files for one proxy. */
  function configOf(
    proxy: MeshProxy,
    overlay: string,
    files: readonly string[] = [],
    mesh: object = shippedMeshConfig(),
  ): Promise<ProxyConfig> {
    const objects = [overlays.get(overlay) ?? '', ...files.map((file) => istioFile(file))];
    return istio.proxyConfigOf(proxy, mesh, [...objects, shopAndGateways(), curfewPods(2)]);
  }

  for (const { title, overlay, proxy, more, appCluster, podPort } of places) {
    describe(title, () => {
      let config: ProxyConfig;
      let edge: MeshEdge;
      const sid = newCredential();

      before(async () => {
        config = await configOf(proxy, overlay, more);
        const port = podPort === undefined ? {} : { podPort };
        edge = await startMeshEdge({ config, appCluster, policy: POLICY, ...port });
      });

      after(() => edge?.stop());

      const ask = (path: string, cookies: readonly string[] = [], host = 'app.test') =>
        httpCall(edge.port, path, { host, headers: cookies.map((line) => ['cookie', line]) });

      it('asks Curfew once for a request, with our time limit and our status', () => {
        const filters = httpFilters(connectionManagerOf(config, podPort), 'ext_authz');
        expect(filters).to.have.lengthOf(1);
        expect(filters[0]).to.deep.include({
          statusOnError: { code: 'ServiceUnavailable' },
          grpcService: {
            envoyGrpc: {
              clusterName: CURFEW_CLUSTER,
              authority: 'curfew.curfew.svc.cluster.local',
            },
            timeout: '0.250s',
          },
        });
        expect(filters[0]).not.to.have.property('failureModeAllow');
      });

      it('knows each replica, encrypts, and does not wait ten seconds for a connection', () => {
        const cluster = clusterOf(config, CURFEW_CLUSTER);
        expect(cluster).to.include({ type: 'EDS', connectTimeout: '0.200s' });
        expect(cluster).to.have.nested.property('transportSocket.name').that.includes('tls');
        expect(JSON.stringify(config.endpoints)).to.include('10.0.1.1').and.include('10.0.1.2');
      });

      it('lets a session pass, with the reason in the access log', async () => {
        expect(await ask('/api/echo?first', [`sid=${sid}`])).to.include({ status: 200 });
        const { curfew } = await accessLogEntry(edge.envoy, '/api/echo', 'ok');
        expect(curfew).to.include({ verdict: 'allow', policy: 'default' });
      });

      it('refuses a request without a session, and asks for none on public paths', async () => {
        const refused = await ask('/api/profile');
        expect(refused.status).to.equal(401);
        expect(refused.body).to.include('urn:curfew:problem:no_credential');
        expect((await ask('/assets/none')).status).not.to.be.oneOf([401, 403, 503]);
      });

      it('refuses a session from its deadline on', async () => {
        const short = newCredential();
        expect((await ask('/api/echo', [`sid=${short}`], 'short.test')).status).to.equal(200);
        const headers = [
          ['cookie', `sid=${short}`],
          ['curfew-passive', '?1'],
        ] as const;
        const over = await eventually('end of the session', async () => {
          const answer = await httpCall(edge.port, '/api/echo', { host: 'short.test', headers });
          return answer.status !== 200 && answer;
        });
        expect(over.status).to.equal(401);
        expect(over.body).to.include('urn:curfew:problem:idle_timeout');
      });

      it('cannot distinguish two lines of cookies from a comma: the request is refused, and no session is mistaken', async () => {
        expect((await ask('/twice', ['x=1', `sid=${sid}`])).status).to.equal(404);
        expect((await ask('/twice-ours', [`sid=${sid}`, 'x=1'])).status).to.equal(401);
        const { curfew } = await accessLogEntry(edge.envoy, '/twice-ours');
        expect(curfew).to.include({ reason: 'malformed_credential' });
      });

      it('lets no client send our headers to the application', async () => {
        const headers = [
          ['cookie', `sid=${sid}`],
          ['session-lifetime', 'idle=999999'],
        ] as const;
        const answer = await httpCall(edge.port, '/api/echo', { host: 'app.test', headers });
        expect(answer.body).to.include('session-lifetime').and.not.include('999999');
      });

      it('cuts streams when their session must be checked again', async () => {
        const target = { port: edge.port, host: 'short.test', cookie: `sid=${newCredential()}` };
        const [socket, events] = await Promise.all([
          openWebSocket(target),
          openEventStream(target),
        ]);
        expect(socket).to.include({ code: 1006 });
        expect(events.messages).to.be.greaterThan(0);
        for (const path of ['/ws', '/events']) {
          // oxlint-disable-next-line no-await-in-loop -- two lines of one log
          expect(await accessLogEntry(edge.envoy, path)).to.include({ flags: 'UMSDR' });
        }
      });

      it('answers 503 soon if Curfew hangs or is down, and never 401', async () => {
        for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
          edge.curfews[0]?.signal(signal);
          for (let count = 0; count < 5; count += 1) {
            const askedAtMs = performance.now();
            // oxlint-disable-next-line no-await-in-loop -- its time is measured
            const answer = await ask('/api/profile', [`sid=${sid}`]);
            expect(answer.status).to.equal(503);
            expect(performance.now() - askedAtMs).to.be.lessThan(ANSWER_MAX_MS);
          }
        }
      });
    });
  }

  it('leaves out a replica that died suddenly', async () => {
    const config = await configOf(EDGE_GATEWAY, 'istio-gateway');
    const edge = await startMeshEdge({
      config,
      appCluster: SHOP_CLUSTER,
      policy: POLICY,
      replicas: 2,
    });
    try {
      edge.curfews[0]?.signal('SIGKILL');
      await edge.curfews[0]?.ended();
      const statuses: number[] = [];
      for (let count = 0; count < 40; count += 1) {
        const options = { host: 'app.test', headers: [['cookie', 'sid=0123456789']] as const };
        // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
        statuses.push((await httpCall(edge.port, '/api/echo', options)).status);
      }
      expect(new Set(statuses.slice(-20))).to.deep.equal(new Set([200]));
      expect(statuses.filter((status) => status !== 200).length).to.be.at.most(3);
      const ejected = await edge.envoy.stats('outlier_detection.ejections_active');
      expect([...ejected.values()]).to.include(1);
    } finally {
      await edge.stop();
    }
  });

  it('presents a certificate to a Curfew outside the mesh, and verifies its name', async () => {
    const yaml = overlays.get('istio-gateway') ?? '';
    const others = yaml.split('---\n').filter((text) => !text.includes('kind: DestinationRule'));
    overlays.set('outside', others.join('---\n'));
    const config = await configOf(EDGE_GATEWAY, 'outside', ['outside-the-mesh.yaml']);
    const socket = JSON.stringify(clusterOf(config, CURFEW_CLUSTER)['transportSocket']);
    expect(socket).to.include('"name":"kubernetes://curfew-client"');
    expect(socket).to.include('"name":"kubernetes://curfew-client-cacert"');
    expect(socket).to.include('"sni":"curfew.curfew.svc.cluster.local"');
    expect(socket).to.include('"exact":"curfew.curfew.svc.cluster.local"');
    expect(socket).to.include('"alpnProtocols":["h2"]');
  });

  it('could not ask a headless Service from a sidecar, so the overlays give it an address', async () => {
    const headless = (overlays.get('istio-sidecar') ?? '').replace(
      /^kind: Service\n[^]*?^spec:\n/m,
      (text) => `${text}  clusterIP: None\n`,
    );
    expect(headless).to.include('clusterIP: None');
    overlays.set('headless', headless);
    const config = await configOf(SHOP_SIDECAR, 'headless');
    expect(clusterOf(config, CURFEW_CLUSTER).type).to.equal('ORIGINAL_DST');
  });

  it('asks Curfew before tokens are verified, so `verified_by: envoy` finds nothing', async () => {
    const issuer = await tokenIssuer();
    const folder = await mkdtemp(join(tmpdir(), 'curfew-keys-'));
    const keys = join(folder, 'jwks.json');
    await issuer.writeKeys(keys);
    overlays.set(
      'tokens',
      `${overlays.get('istio-gateway')}---\n${tokens(readFileSync(keys, 'utf8'))}`,
    );
    const config = await configOf(EDGE_GATEWAY, 'tokens');
    const manager = connectionManagerOf(config);
    const order = manager.httpFilters.map(({ name }) => name.replace('envoy.filters.http.', ''));
    expect(order).to.include.members(['ext_authz', 'jwt_authn']);
    expect(order.indexOf('ext_authz')).to.be.lessThan(order.indexOf('jwt_authn'));

    const policy = tokenPolicy(keys);
    const edge = await startMeshEdge({ config, appCluster: SHOP_CLUSTER, policy });
    try {
      const now = Math.floor(Date.now() / 1000);
      const times = { iat: now, exp: now + 600, auth_time: now };
      const claims = { iss: ISSUER, aud: 'api', sub: 'ann', sid: 's1', ...times };
      const headers = [['authorization', `Bearer ${await issuer.sign(claims)}`]] as const;
      const ask = (host: string) => httpCall(edge.port, '/api/echo', { host, headers });
      expect((await ask('verifies-itself.test')).status).to.equal(200);
      expect((await ask('believes-envoy.test')).status).to.equal(401);
    } finally {
      await edge.stop();
      await rm(folder, { recursive: true });
    }
  });

  for (const [title, change] of [
    [
      'the name of the provider is misspelt',
      (text: string) => text.replace('    name: curfew\n  rules', '    name: curfeew\n  rules'),
    ],
    [
      'another provider is asked by the same proxy',
      (text: string) => `${text}---\n${OTHER_PROVIDER}`,
    ],
  ] as const) {
    it(`refuses everything if ${title}`, async () => {
      const changed = change(overlays.get('istio-gateway') ?? '');
      expect(changed).not.to.equal(overlays.get('istio-gateway'));
      overlays.set('changed', changed);
      const mesh = shippedMeshConfig();
      const [curfew] = mesh['extensionProviders'] as object[];
      mesh['extensionProviders'] = [curfew, { ...curfew, name: 'login' }];
      const config = await configOf(EDGE_GATEWAY, 'changed', [], mesh);
      expect(httpFilters(connectionManagerOf(config), 'ext_authz')).to.deep.equal([]);
      const edge = await startMeshEdge({ config, appCluster: SHOP_CLUSTER, policy: POLICY });
      try {
        const options = { host: 'app.test', headers: [['cookie', 'sid=0123456789']] as const };
        expect((await httpCall(edge.port, '/api/echo', options)).status).to.equal(403);
      } finally {
        await edge.stop();
      }
    });
  }

  it('asks two providers in the order of their names, if istiod allows it', async () => {
    const objects = [`${overlays.get('istio-gateway')}---\n${OTHER_PROVIDER}`, shopAndGateways()];
    const mesh = shippedMeshConfig();
    const [curfew] = mesh['extensionProviders'] as object[];
    mesh['extensionProviders'] = [{ ...curfew, name: 'login' }, curfew];
    const config = await istio.proxyConfigOf(EDGE_GATEWAY, mesh, [...objects, curfewPods(1)], {
      PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS: 'true',
    });
    const filters = httpFilters(connectionManagerOf(config), 'ext_authz');
    const prefixes = filters.map(
      (filter) => /istio-ext-authz-[a-z]+/.exec(JSON.stringify(filter))?.[0],
    );
    expect(prefixes).to.deep.equal(['istio-ext-authz-curfew', 'istio-ext-authz-login']);
  });

  describe('with the optional EnvoyFilters', () => {
    let edge: MeshEdge;
    const sid = newCredential();

    before(async () => {
      const filters = ['raw-headers', 'route-context', 'strip-headers', 'hosts', 'outage-answers'];
      // As in a mesh that excludes paths in Istio.
      const checks = istioFile('ingress-gateway.yaml').replace(
        '    - {}',
        '    - { to: [{ operation: { notPaths: [/api/echo] } }] }',
      );
      overlays.set('filters', `${overlays.get('without-checks')}---\n${checks}`);
      const files = filters.map((name) => `${name}.yaml`);
      const config = await configOf(INGRESS_GATEWAY, 'filters', files);
      edge = await startMeshEdge({ config, appCluster: SHOP_CLUSTER, policy: POLICY });
    });

    after(() => edge?.stop());

    const reasonOf = async (path: string, lines: readonly string[]) => {
      const headers = lines.map((line) => ['cookie', line] as const);
      await httpCall(edge.port, path, { host: 'app.test', headers });
      return (await accessLogEntry(edge.envoy, path)).curfew;
    };

    it('reads each line of cookies separately', async () => {
      expect(await reasonOf('/lines', [`sid=${sid}`, 'x=1'])).to.include({ reason: 'ok' });
      // Joined by a comma, two values would be ambiguous.
      const two = [`sid=${sid}`, `sid=${newCredential()}`];
      expect(await reasonOf('/two', two)).to.include({ reason: 'ok' });
    });

    it('selects a policy by what the route says about itself', async () => {
      expect(await reasonOf('/payments/1', [`sid=${sid}`])).to.include({ policy: 'sensitive' });
      expect(await reasonOf('/other', [`sid=${sid}`])).to.include({ policy: 'default' });
    });

    it('reads a host without its port and final dot, before it asks Curfew', async () => {
      const headers = [['cookie', `sid=${sid}`]] as const;
      const answer = await httpCall(edge.port, '/api/echo', { host: 'app.test.:8443', headers });
      expect(answer.body).to.include('["host","app.test"]');
    });

    it('removes our headers from an unchecked request', async () => {
      const headers = [['session-lifetime', 'idle=999999']] as const;
      const answer = await httpCall(edge.port, '/api/echo', { host: 'app.test', headers });
      expect(answer.status).to.equal(200);
      expect(answer.body).not.to.include('session-lifetime');
    });

    it('keeps an event stream trying while no Curfew answers', async () => {
      await Promise.all(edge.curfews.map((curfew) => curfew.stop()));
      const headers = [['accept', 'text/event-stream']] as const;
      const answer = await httpCall(edge.port, '/events', { host: 'app.test', headers });
      expect(answer).to.deep.include({ status: 200, body: 'retry: 3000\n\n' });
    });
  });
});

/** An overlay with another file in the place of `checks.yaml`. */
function withoutChecks(yaml: string): string {
  const kept = yaml.split('---\n').filter((document) => !document.includes('action: CUSTOM'));
  return kept.join('---\n');
}

const ISSUER = 'https://idp.example.com';

/** Istio verifies tokens, too. */
function tokens(jwks: string): string {
  return `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: tokens, namespace: istio-ingress }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: edge }]
  jwtRules: [{ issuer: ${ISSUER}, jwks: '${jwks}', forwardOriginalToken: true }]
`;
}

function tokenPolicy(jwksFile: string): string {
  const jwt = `issuer: '${ISSUER}', audience: api, session_claim: sid`;
  return `
version: 1
sources:
  - { name: itself, jwt: { ${jwt}, jwks_file: '${jwksFile}' }, credential_lifetime: 30d }
  - { name: envoy, jwt: { ${jwt}, verified_by: envoy }, credential_lifetime: 30d }
policies:
  - { name: itself, match: [{ host: verifies-itself.test }], sources: [itself], idle: 1h, absolute: 12h }
  - { name: envoy, sources: [envoy], idle: 1h, absolute: 12h }
`;
}

const OTHER_PROVIDER = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: login, namespace: istio-ingress }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: edge }]
  action: CUSTOM
  provider: { name: login }
  rules: [{}]
`;
