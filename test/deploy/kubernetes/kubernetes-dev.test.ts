import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubectlOrSkip } from '../../support/programs/deploy-tools.ts';
import { edgeConfig } from '../../support/envoy/edge-config.ts';
import { startEnvoy } from '../../support/envoy/envoy.ts';
import type { Envoy } from '../../support/envoy/envoy.ts';
import { eventually } from '../../support/time/eventually.ts';
import { NAVIGATION, httpCall } from '../../support/clients/http-call.ts';
import { workloadsIn, parseObjects } from '../../support/kubernetes/kube-object.ts';
import type { KubeObject } from '../../support/kubernetes/kube-object.ts';
import { DEPLOY_FOLDER, kustomizeFolders, render } from '../../support/kubernetes/kustomize.ts';
import { startRenderedPod } from '../../support/kubernetes/rendered-pod.ts';
import type { RenderedPod } from '../../support/kubernetes/rendered-pod.ts';
import { imageNodeFlags } from '../../support/image/node-flags.ts';
import { envoyOrSkip } from '../../support/programs/provision-or-skip.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');
const READY_MAX_MS = 20_000;

/** The data of a ConfigMap, for any hash in its name. */
function configText(objects: readonly KubeObject[], name: string, key: string): string {
  const map = objects.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith(name),
  );
  return map?.data?.[key] ?? '';
}

describe('the dev overlay, without its cluster', function () {
  this.timeout(60_000);
  let objects: KubeObject[];
  let curfew: RenderedPod;
  let app: RenderedPod;
  let envoy: Envoy;
  let port: number;
  let cookie: string;

  before(async function () {
    const kubectl = await kubectlOrSkip(this);
    await envoyOrSkip(this);
    const folder = kustomizeFolders().find(({ name }) => name === 'kubernetes/overlays/dev');
    if (folder === undefined) throw new Error('there is no dev overlay');
    objects = parseObjects((await render(kubectl, folder)).yaml);
    curfew = await startRenderedPod({
      objects,
      title: 'Deployment/curfew',
      entrypoint: [process.execPath, ...imageNodeFlags(), MAIN],
    });
    app = await startRenderedPod({
      objects,
      title: 'Deployment/app',
      entrypoint: [process.execPath],
    });
    await eventually('Curfew', () => curfew.probe('readinessProbe'), READY_MAX_MS);
    await eventually('application', () => app.probe('readinessProbe'), READY_MAX_MS);
    const [web, grpc] = [app.port('http'), app.port('grpc')];
    envoy = await startEnvoy({
      config: edgeConfig({ edge: 0, curfews: [curfew.port('grpc')], web, grpc }),
    });
    port = await envoy.port('edge');
  });

  after(async () => {
    await envoy?.stop();
    await curfew?.stop();
    await app?.stop();
  });

  it('gives Envoy the unchanged production example, where its command expects it', async () => {
    const example = await readFile(join(DEPLOY_FOLDER, 'envoy', 'envoy.yaml'), 'utf8');
    expect(configText(objects, 'envoy-config', 'envoy.yaml')).to.equal(example);
    const pod = workloadsIn(objects).find(({ title }) => title === 'Deployment/envoy')?.pod;
    const [container] = pod?.containers ?? [];
    const [mount] = container?.volumeMounts ?? [];
    expect(container?.args).to.deep.equal(['--config-path', `${mount?.mountPath}/envoy.yaml`]);
  });

  it('has a Service for each name and port that Envoy connects to', () => {
    const example = configText(objects, 'envoy-config', 'envoy.yaml').replaceAll(/#.*$/gm, '');
    const wanted = [...example.matchAll(/address: ([a-z]+), port_value: (\d+)/g)];
    expect(wanted).to.have.length(3);
    for (const [, name, number] of wanted) {
      const service = objects.find(
        ({ kind, metadata }) => kind === 'Service' && metadata.name === name,
      );
      const { ports = [] } = (service?.spec ?? {}) as { ports?: { port: number }[] };
      expect(
        ports.map((each) => String(each.port)),
        name,
      ).to.include(number);
    }
  });

  it('lets a logged-in user in', async () => {
    const form = [['content-type', 'application/x-www-form-urlencoded']] as const;
    const login = await httpCall(port, '/login', {
      method: 'POST',
      headers: form,
      body: 'user=ada&rd=/payments',
    });
    expect(login.status).to.equal(303);
    cookie = (login.headers['set-cookie'] ?? []).join(';').split(';')[0] ?? '';
    const page = await httpCall(port, '/payments', {
      headers: [['cookie', cookie], ...NAVIGATION],
    });
    expect(page.status).to.equal(200);
    expect((await httpCall(port, '/assets/style.css')).body).to.contain('{');
  });

  it('enforces a timeout after a change of the ConfigMap, without a restart', async () => {
    const next = objects.map((object) => {
      if (object.metadata.name !== 'curfew-policy') return object;
      const text = object.data?.['curfew.yaml']?.replace('idle: 1m', 'idle: 1s') ?? '';
      return { ...object, data: { 'curfew.yaml': text } };
    });
    await curfew.update(next);
    // Polling does not count as activity here, so the session becomes older while we ask.
    await eventually('denial', async () => {
      const answer = await httpCall(port, '/api/notifications', { headers: [['cookie', cookie]] });
      return answer.status === 401 ? answer : undefined;
    });
    const page = await httpCall(port, '/', { headers: [['cookie', cookie], ...NAVIGATION] });
    expect(page.status).to.equal(302);
    expect(page.headers.location).to.match(/^http:\/\/localhost:8080\/login\?rd=.*&reason=/);
  });
});
