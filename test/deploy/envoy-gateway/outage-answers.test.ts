import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { NAVIGATION, httpCall } from '../../support/clients/http-call.ts';
import type { CallOptions } from '../../support/clients/http-call.ts';
import { gatewayCluster } from '../../support/envoy-gateway/gateway-cluster.ts';
import { staticBootstrap } from '../../support/envoy-gateway/static-bootstrap.ts';
import { translateGateway } from '../../support/envoy-gateway/translate-gateway.ts';
import { startEnvoy } from '../../support/envoy/envoy.ts';
import { parseObjects } from '../../support/kubernetes/kube-object.ts';
import { DEPLOY_FOLDER } from '../../support/kubernetes/kustomize.ts';
import { freePort } from '../../support/network/free-port.ts';
import { openTlsDoor } from '../../support/network/tls-door.ts';
import {
  ENVOY_OF_ENVOY_GATEWAY,
  egctlOrSkip,
  kubectlOrSkip,
} from '../../support/programs/deploy-tools.ts';
import { envoyOrSkip } from '../../support/programs/provision-or-skip.ts';
import { newCredential } from '../../support/envoy/edge.ts';

const PATCH = readFileSync(join(DEPLOY_FOLDER, 'envoy-gateway/envoy-patch-policy.yaml'), 'utf8');
const HOST = 'shop.example.com';
const EVENT_STREAM = ['accept', 'application/json, text/event-stream'] as const;

interface Patch {
  readonly spec: {
    readonly jsonPatches: readonly { readonly operation: { path: string; value: unknown } }[];
  };
}

describe('an outage, as an Envoy of Envoy Gateway answers it', function () {
  this.timeout(60_000);

  it('is answered by the patch as by envoy.yaml', () => {
    const { jsonPatches } = (parse(PATCH) as Patch).spec;
    const own = jsonPatches.find(({ operation }) => operation.path === 'local_reply_config');
    const text = readFileSync(join(DEPLOY_FOLDER, 'envoy/envoy.yaml'), 'utf8');
    const configs: unknown[] = [];
    JSON.stringify(parse(text), (key, value: unknown) => {
      if (key === 'local_reply_config') configs.push(value);
      return value;
    });
    expect(configs).to.have.length(1);
    expect([own?.operation.value]).to.deep.equal(configs);
  });

  for (const [what, isPatched] of [
    ['with envoy-patch-policy.yaml', true],
    ['without it', false],
  ] as const) {
    describe(what, () => {
      const closers: (() => Promise<unknown>)[] = [];
      let port: number;

      before(async function () {
        const bin = await envoyOrSkip(this, ENVOY_OF_ENVOY_GATEWAY);
        const egctl = await egctlOrSkip(this);
        const cluster = await gatewayCluster(await kubectlOrSkip(this));
        const objects = [...cluster.objects, ...(isPatched ? parseObjects(PATCH) : [])];
        const { envoy: resources } = await translateGateway(egctl, objects);
        // No Curfew listens on its port.
        const [curfew, web, grpc] = [await freePort(), await freePort(), await freePort()];
        const config = staticBootstrap(resources, cluster.world({ curfew, web, grpc }));
        const envoy = await startEnvoy({ config, bin });
        closers.push(() => envoy.stop());
        const ca = cluster.certificates.authority.cert;
        const listener = { port: await envoy.port('edge/edge/https'), ca };
        const door = await openTlsDoor({ ...listener, serverName: HOST });
        closers.push(() => door.close());
        ({ port } = door);
      });

      after(async () => {
        // oxlint-disable-next-line no-await-in-loop -- in reverse order, one after the other
        for (const close of closers.toReversed()) await close();
      });

      const call = (path: string, { headers = [], method = 'GET' }: CallOptions = {}) =>
        httpCall(port, path, {
          host: HOST,
          method,
          headers: [['cookie', `__Host-sid=${newCredential()}`], ...headers],
        });

      it(isPatched ? 'keeps an EventSource trying' : 'closes an EventSource for good', async () => {
        const answer = await call('/events', { headers: [EVENT_STREAM] });
        if (!isPatched) expect(answer).to.deep.include({ status: 503, body: '' });
        else {
          expect(answer).to.deep.include({ status: 200, body: 'retry: 3000\n\n' });
          expect(answer.headers['content-type']).to.equal('text/event-stream');
        }
      });

      it(`shows a person ${isPatched ? 'a' : 'no'} page`, async () => {
        const answer = await call('/reports', { headers: NAVIGATION });
        expect(answer.status).to.equal(503);
        const isPage = answer.body.includes('You have not been signed out.');
        expect(isPage).to.equal(isPatched);
      });

      it('answers a program with an empty 503, a POST that accepts streams as well', async () => {
        const get = await call('/api/profile', { headers: [['accept', '*/*']] });
        expect(get).to.deep.include({ status: 503, body: '' });
        const post = await call('/events', { method: 'POST', headers: [EVENT_STREAM] });
        expect(post).to.deep.include({ status: 503, body: '' });
      });
    });
  }
});
