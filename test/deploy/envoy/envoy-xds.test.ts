import { expect } from 'chai';
import { globSync, readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import { newCredential } from '../../support/envoy/edge.ts';
import { xdsFiles } from '../../support/envoy/envoy-xds-files.ts';
import { startEnvoy } from '../../support/envoy/envoy.ts';
import type { Envoy } from '../../support/envoy/envoy.ts';
import { eventually } from '../../support/time/eventually.ts';
import { freePort } from '../../support/network/free-port.ts';
import { httpCall } from '../../support/clients/http-call.ts';
import { mountVolume } from '../../support/files/mounted-volume.ts';
import type { MountedVolume } from '../../support/files/mounted-volume.ts';
import { patientEnvoy } from '../../support/envoy/patient-envoy.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import { envoyOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startSampleApp } from '../../support/processes/sample-app.ts';
import { startLoad } from '../../support/clients/steady-load.ts';
import type { Load } from '../../support/clients/steady-load.ts';
import { withoutFields } from '../../support/envoy/without-fields.ts';

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'deploy', 'envoy');
const PER_SECOND = 100;
const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: reports, by_name: true, session: off }
  - { name: default, idle: 1h, absolute: 12h }
`;
const ROUTE = `          - match: { path_separated_prefix: /reports }
            route: { cluster: app }
            typed_per_filter_config:
              envoy.filters.http.ext_authz:
                '@type': type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute
                check_settings:
                  context_extensions: { curfew-policy: reports }
`;

type Fields = Readonly<Record<string, unknown>>;

describe('deploy/envoy/xds', () => {
  it('has the settings of envoy.yaml, except for the sources of resources', () => {
    const read = (name: string): Fields[] => {
      const { resources } = parse(readFileSync(join(FOLDER, 'xds', name), 'utf8')) as {
        resources: Fields[];
      };
      return resources.map((resource) => withoutFields(resource, '@type'));
    };
    const { static_resources: whole, ...rest } = parse(
      readFileSync(join(FOLDER, 'envoy.yaml'), 'utf8'),
    ) as { static_resources: { listeners: Fields[]; clusters: Fields[] } };
    const [routes] = read('routes.yaml');
    const listeners = JSON.parse(JSON.stringify(read('listeners.yaml')), (name, value: Fields) => {
      if (name !== 'typed_config' || value['rds'] === undefined) return value;
      return { ...withoutFields(value, 'rds'), route_config: routes };
    }) as unknown;
    expect(listeners).to.deep.equal(whole.listeners);

    const [curfew, ...apps] = read('clusters.yaml');
    const [curfewOfWhole, ...appsOfWhole] = whole.clusters;
    expect(apps).to.deep.equal(appsOfWhole);
    const sources = ['type', 'eds_cluster_config', 'load_assignment', 'transport_socket'];
    expect(withoutFields(curfew ?? {}, ...sources)).to.deep.equal(
      withoutFields(curfewOfWhole ?? {}, ...sources),
    );

    const bootstrap = parse(readFileSync(join(FOLDER, 'xds', 'bootstrap.yaml'), 'utf8')) as Fields;
    expect(bootstrap).to.deep.include(rest);
  });

  describe('in front of a running Curfew', function () {
    this.timeout(60_000);
    const closers: (() => Promise<unknown>)[] = [];
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const authority = createAuthority('curfew');
    const loads: Load[] = [];
    let files: Record<string, string>;
    let xds: MountedVolume;
    let tls: MountedVolume;
    let envoy: Envoy;
    let port: number;

    const clientFiles = () => {
      const client = authority.issue({ commonName: 'envoy' });
      return {
        'client.crt': client.cert,
        'client.key': client.key,
        'curfew-ca.crt': authority.cert,
      };
    };

    before(async function () {
      await envoyOrSkip(this);
      const own = authority.issue({ dnsName: 'curfew' });
      const server = await mountVolume({
        'tls.crt': own.cert,
        'tls.key': own.key,
        'ca.crt': authority.cert,
      });
      closers.push(() => server.remove());
      const policyFile = await writePolicyFile(POLICY);
      closers.push(() => policyFile.remove());
      const grpcPort = await freePort();
      const curfew = await startCurfew({
        policyPath: policyFile.path,
        grpcPort,
        opsPort: await freePort(),
        flags: [
          `--grpc-tls-cert-file=${server.path('tls.crt')}`,
          `--grpc-tls-key-file=${server.path('tls.key')}`,
          `--grpc-client-ca-file=${server.path('ca.crt')}`,
          '--decision-budget=1500ms', // ten times as much as in production, as for Envoy here
        ],
      });
      closers.push(() => curfew.stop());
      const app = await startSampleApp();
      closers.push(() => app.stop());
      tls = await mountVolume(clientFiles());
      closers.push(() => tls.remove());
      // The files name the folder that they are in.
      const names = globSync('*.yaml', { cwd: join(FOLDER, 'xds') });
      xds = await mountVolume(Object.fromEntries(names.map((name) => [name, ''])));
      closers.push(() => xds.remove());
      files = xdsFiles({
        xds: xds.folder,
        tls: tls.folder,
        curfews: [grpcPort],
        web: app.webPort,
        grpc: app.grpcPort,
      });
      files['listeners.yaml'] = patientEnvoy(files['listeners.yaml'] ?? '');
      files['clusters.yaml'] =
        files['clusters.yaml']?.replace('timeout: 0.1s', 'timeout: 1s') ?? '';
      await xds.swap(files);
      envoy = await startEnvoy({
        config: files['bootstrap.yaml'] ?? '',
        args: ['--reject-unknown-dynamic-fields'],
      });
      closers.push(() => envoy.stop());
      port = await envoy.port('edge');
    });

    after(async () => {
      await Promise.all(loads.map((load) => load.stop())); // those of a failed test
      agent.destroy();
      // oxlint-disable-next-line no-await-in-loop -- in reverse order, one after the other
      for (const close of closers.toReversed()) await close();
    });

    const stat = async (name: string): Promise<number> => {
      const stats = await envoy.stats(`^${name.replaceAll('.', '\\.')}$`);
      return stats.get(name) ?? 0;
    };
    const rejected = async (): Promise<string[]> => {
      const stats = await envoy.stats('update_rejected$');
      return [...stats].filter(([, value]) => value > 0).map(([name]) => name);
    };
    const statusOf = async (path: string) => (await httpCall(port, path)).status;
    const startTraffic = () => {
      const headers = [['cookie', `sid=${newCredential()}`]] as const;
      return startLoad(PER_SECOND, () => httpCall(port, '/api/profile', { headers, agent }));
    };

    const certificateUpdates = async (): Promise<number> => {
      const stats = await envoy.stats('^cluster\\.curfew\\..*ssl_context_update_by_sds$');
      return [...stats.values()].reduce((sum, value) => sum + value, 0);
    };
    const goesOn = async (load: Load): Promise<void> => {
      const { sent } = load.report();
      await eventually('more load', () => load.report().sent > sent + PER_SECOND / 4);
    };

    it('is used completely: checks, health checks and certificates', async () => {
      const headers = [['cookie', `sid=${newCredential()}`]] as const;
      expect((await httpCall(port, '/api/profile', { headers })).status).to.equal(200);
      expect(await statusOf('/api/profile')).to.equal(401);
      await eventually(
        'health',
        async () => (await stat('cluster.curfew.membership_healthy')) === 1,
      );
      expect(await rejected()).to.deep.equal([]);
    });

    it('loads a new route with its policy, and new certificates, under load, and no request fails', async () => {
      expect(await statusOf('/reports/1')).to.equal(401);
      const load = startTraffic();
      loads.push(load);
      await goesOn(load);
      const routes = files['routes.yaml'] ?? '';
      const first = '          - match: { prefix: /, grpc: {} }\n';
      expect(routes).to.contain(first);
      await xds.swap({ ...files, 'routes.yaml': routes.replace(first, ROUTE + first) });
      await eventually('the new route', async () => (await statusOf('/reports/1')) === 404);
      await goesOn(load);
      const before = await certificateUpdates();
      await tls.swap(clientFiles());
      await eventually('new certificates', async () => (await certificateUpdates()) > before);
      await goesOn(load);
      expect((await load.stop()).failures).to.deep.equal([]);
      expect(await rejected()).to.deep.equal([]);
    });

    it('keeps its resources when a file is invalid, and counts it', async () => {
      const load = startTraffic();
      loads.push(load);
      const routes = (files['routes.yaml'] ?? '').replace(
        'context_extensions',
        'context_extentions',
      );
      await xds.swap({ ...files, 'routes.yaml': routes });
      await eventually('a rejected file', async () => (await rejected()).length > 0);
      expect(await rejected()).to.deep.equal(['http.edge.rds.routes.update_rejected']);
      expect(await statusOf('/reports/1')).to.equal(404);
      await goesOn(load);
      expect((await load.stop()).failures).to.deep.equal([]);
    });
  });
});
