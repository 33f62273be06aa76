import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import {
  compose,
  compositionOf,
  environmentOf,
  ROOT as root,
  STORE_KINDS,
} from '../../support/compose/composition.ts';

const services = Object.entries(compose.services);
/** What is there with each kind of store. */
const OTHERS: readonly string[] = ['envoy', 'curfew', 'app', 'secrets'];

describe('docker-compose.yml', () => {
  it('starts Envoy, Curfew, Redis and the application', () => {
    expect(Object.keys(compose.services)).to.include.members(['envoy', 'curfew', 'redis', 'app']);
    expect(compose).not.to.have.property('version');
    for (const name of ['envoy', 'curfew', 'redis', 'app']) {
      expect(compose.services[name]?.healthcheck?.test[0], name).to.equal('CMD');
    }
  });

  for (const kind of STORE_KINDS) {
    it(`waits until each dependency is healthy, or has done its work: ${kind}`, () => {
      const started = compositionOf(kind).services;
      for (const [name, { depends_on: needs = {} }] of Object.entries(started)) {
        for (const [needed, { condition, required = true }] of Object.entries(needs)) {
          const service = started[needed];
          if (service === undefined) {
            expect(required, `${name} needs ${needed}`).to.equal(false);
            expect(compose.services, `${name} needs ${needed}`).to.have.property(needed);
            continue;
          }
          const isServer = service.healthcheck !== undefined;
          const waits = isServer ? 'service_healthy' : 'service_completed_successfully';
          expect(condition, `${name} needs ${needed}`).to.equal(waits);
        }
      }
      const waitsFor = started['curfew']?.depends_on;
      const stores = Object.keys(started).filter((name) => !OTHERS.includes(name));
      // A node is waited for by the service that makes the Cluster of them.
      expect(waitsFor).to.include.keys(stores.filter((name) => !name.startsWith('node-')));
    });

    it(`points Curfew at servers that it starts, each with a volume of its own: ${kind}`, () => {
      const { services: started, volumes } = compositionOf(kind);
      const curfew = started['curfew'];
      expect(curfew?.env_file).to.deep.equal([`./deploy/compose/${kind}.env`]);
      const { CURFEW_STORE = '' } = environmentOf(curfew ?? {});
      const hosts = CURFEW_STORE.replace(/^.*@|\/[^/]*$/g, '').split(',');
      for (const host of hosts) {
        const [name = '', port] = host.split(':');
        expect(started, host).to.have.property(name);
        expect(port).to.equal(name.startsWith('sentinel-') ? '26379' : '6379');
      }
      const data = Object.values(started).flatMap(({ volumes: mounts = [] }) =>
        mounts.filter((mount) => mount.endsWith(':/data')),
      );
      expect(data).to.have.length({ single: 1, sentinel: 6, cluster: 6 }[kind]);
      expect(new Set(data)).to.have.property('size', data.length);
      expect(volumes).to.include.keys(data.map((mount) => mount.split(':')[0] ?? ''));
    });
  }

  it('starts only what the kind of store needs', () => {
    const names = (kind: (typeof STORE_KINDS)[number]): readonly string[] =>
      Object.keys(compositionOf(kind).services).filter((name) => !OTHERS.includes(name));
    expect(names('single')).to.deep.equal(['redis']);
    expect(names('sentinel')).to.have.members([
      'redis',
      'replica-1',
      'replica-2',
      'sentinel-1',
      'sentinel-2',
      'sentinel-3',
    ]);
    expect(names('cluster')).to.have.members([
      'redis',
      'node-2',
      'node-3',
      'node-4',
      'node-5',
      'node-6',
      'cluster',
    ]);
  });

  it('has only pinned images, or builds them', () => {
    for (const [name, { image, build }] of services) {
      const isPinned = /:(v?\d+\.\d+\.\d+|nonroot$)/.test(image ?? '');
      expect(isPinned || existsSync(join(root, build?.dockerfile ?? 'none')), name).to.equal(true);
    }
  });

  it('publishes ports on this machine only, and each can be changed', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports).to.have.length.greaterThan(1);
    for (const port of ports) expect(port).to.match(/^127\.0\.0\.1:\$\{[A-Z_]+:-\d+\}:\d+$/);
  });

  it('keeps administration inside the container', () => {
    const curfew = compose.services['curfew'];
    const { environment = {}, ports = [] } = curfew ?? {};
    expect(environment).to.have.property('CURFEW_ADMIN_URL', 'http://127.0.0.1:9003');
    expect(environment).to.not.have.property('CURFEW_ADMIN_ADDRESS');
    expect(ports.join()).to.not.contain('9003');
  });

  it('mounts only what exists', () => {
    const mounts = services.flatMap(([, service]) => service.volumes ?? []);
    for (const mount of mounts) {
      const source = mount.split(':')[0] ?? '';
      const exists = source.startsWith('./')
        ? existsSync(join(root, source))
        : source in compose.volumes;
      expect(exists, mount).to.equal(true);
    }
    for (const [name, { configs = [] }] of services) {
      for (const { source } of configs) expect(compose.configs, name).to.have.property(source);
    }
  });

  it('has a policy file without a problem, and a login that follows the port', () => {
    const content = compose.configs['policy']?.content ?? '';
    const policy = content.replaceAll('${PORT:-8080}', '9999');
    expect(policy).to.include('http://localhost:9999/login?rd={return_to}').and.not.include('$');
    expect(parsePolicyFile(policy, 'curfew.yaml')).to.include({ kind: 'ok' });
  });

  it('gives the services the names and ports that envoy.yaml uses', () => {
    const envoy = readFileSync(join(root, 'deploy', 'envoy', 'envoy.yaml'), 'utf8');
    const active = envoy.replaceAll(/^ *#.*/gm, ''); // a comment may show a further cluster
    const asked = [...active.matchAll(/address: ([a-z]+), port_value: (\d+) /g)];
    expect(asked.map(([, name, port]) => `${name}:${port}`)).to.have.members([
      'curfew:9001',
      'app:8080',
      'app:8081',
    ]);
    expect(compose.services['app']?.environment).to.include({ PORT: '8080', GRPC_PORT: '8081' });
  });
});
