import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';

const root = join(import.meta.dirname, '..', '..', '..');

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly configs?: readonly { readonly source: string; readonly target: string }[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly configs: Readonly<Record<string, { readonly content: string }>>;
}

const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
const compose = parse(text) as ComposeFile;
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
  it('starts Envoy, Curfew, Redis and the application', () => {
    expect(Object.keys(compose.services)).to.include.members(['envoy', 'curfew', 'redis', 'app']);
    expect(compose).not.to.have.property('version');
  });

  it('waits until each dependency is healthy, or has done its work', () => {
    for (const [name, { depends_on: needs = {} }] of services) {
      for (const [needed, { condition }] of Object.entries(needs)) {
        const service = compose.services[needed];
        expect(service, `${name} needs ${needed}`).not.to.equal(undefined);
        const isServer = service?.healthcheck !== undefined;
        const waits = isServer ? 'service_healthy' : 'service_completed_successfully';
        expect(condition, `${name} needs ${needed}`).to.equal(waits);
      }
    }
    for (const name of ['envoy', 'curfew', 'redis', 'app']) {
      expect(compose.services[name]?.healthcheck?.test[0], name).to.equal('CMD');
    }
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
