import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import { crdFilesOrSkip } from '../../support/kubernetes/schemas/crd-schemas.ts';
import { kubectlOrSkip } from '../../support/programs/deploy-tools.ts';
import { conformanceOrSkip } from '../../support/kubernetes/schemas/kubeconform.ts';
import type { Conformance } from '../../support/kubernetes/schemas/kubeconform.ts';
import { apiServerOrSkip, startApiServer } from '../../support/kubernetes/api-server.ts';
import type { ApiServer } from '../../support/kubernetes/api-server.ts';
import {
  STRICT,
  createPods,
  prepareFor,
  removeObjects,
} from '../../support/kubernetes/cluster-objects.ts';
import { parseObjects } from '../../support/kubernetes/kube-object.ts';
import { DEPLOY_FOLDER, kustomizeFolders, render } from '../../support/kubernetes/kustomize.ts';
import { pageCommands } from '../../support/pages/page-commands.ts';
import { looseObjectFiles, objectsInPages } from '../../support/kubernetes/shipped-objects.ts';
import { userShell } from '../../support/kubernetes/user-shell.ts';
import type { UserShell } from '../../support/kubernetes/user-shell.ts';
import { KUBERNETES_VERSIONS } from '../../support/kubernetes/schemas/kubernetes-schemas.ts';

const FOLDERS = kustomizeFolders();
const TEXTS = [...looseObjectFiles(), ...objectsInPages()];

/** The mistake, its place, the replaced text, its replacement, and a part of the server's message. */
type Mistake = readonly [what: string, where: string, from: string, to: string, says: string];

const BASE = 'kubernetes/base';
const DRY_RUN = ['apply', ...STRICT, '--dry-run=server', '-f', '-'];
const MISTAKES: readonly Mistake[] = [
  ['a word of a closed set', BASE, 'ScheduleAnyway', 'Anyway', 'Unsupported value: "Anyway"'],
  ['more asked for than allowed', BASE, '256Mi', '512Mi', 'less than or equal to memory limit'],
  [
    'the name of a port',
    BASE,
    'containerPort: 9002\n          name: http-ops',
    'containerPort: 9002\n          name: http-operations-1',
    'must be no more than 15 characters',
  ],
  ['a word in capitals', BASE, 'clusterIP: None', 'clusterIP: none', 'must be a valid IP address'],
  ['a range', BASE, 'maxReplicas: 12', 'maxReplicas: 2', 'greater than or equal to `minReplicas`'],
  [
    'pods of another name',
    BASE,
    '      labels:\n        app.kubernetes.io/component: authorizer',
    '      labels:\n        app.kubernetes.io/component: authoriser',
    '`selector` does not match template `labels`',
  ],
  [
    'a policy for nothing',
    'envoy-gateway',
    '  targetRefs:\n  - group: gateway.networking.k8s.io\n    kind: HTTPRoute\n    name: shop\n    sectionName: payments\n',
    '',
    'either targetRef or targetRefs must be used',
  ],
  ['a route to no port', 'envoy-gateway', '      port: 8080', '', 'Must have port for Service'],
  ['TLS without it', 'envoy-gateway', 'protocol: HTTPS', 'protocol: HTTP', 'tls must not be'],
  [
    'two ways to select',
    'istio/waypoint.yaml',
    '\nspec:',
    '\nspec:\n  selector: { matchLabels: { app: shop } }',
    'only one of targetRefs or selector can be set',
  ],
  [
    'a time without its unit',
    'istio/outside-the-mesh.yaml',
    'connectTimeout: 0.2s',
    "connectTimeout: '0.2'",
    'must be a valid duration',
  ],
];

// Rules that no schema has: closed sets of words, ranges, names, references between fields, rules in CEL, and admission.
describe('a real API server', function () {
  this.timeout(60_000);
  let kubectl: string;
  let server: ApiServer;
  let conformance: Conformance;
  /** The objects that kubectl makes from each folder. */
  const rendered = new Map<string, string>();

  before(async function () {
    kubectl = await kubectlOrSkip(this);
    const crds = await crdFilesOrSkip(this);
    conformance = await conformanceOrSkip(this);
    server = await startApiServer(await apiServerOrSkip(this), kubectl);
    for (const folder of FOLDERS) {
      // oxlint-disable-next-line no-await-in-loop -- a process each
      rendered.set(folder.name, (await render(kubectl, folder)).yaml);
    }
    const all = [...rendered.values(), ...TEXTS.map(({ yaml }) => yaml)];
    await prepareFor(server, crds, all.flatMap(parseObjects));
    await apply(yamlOf(BASE)); // makes the namespace that others need
  });
  after(() => server?.stop());

  function yamlOf(name: string): string {
    const yaml = rendered.get(name) ?? TEXTS.find((text) => text.name === name)?.yaml;
    if (yaml === undefined) throw new Error(`there is no ${name}`);
    return yaml;
  }

  const apply = (yaml: string) => server.kubectl(['apply', ...STRICT, '-f', '-'], yaml);

  for (const { name, path, isComponent } of FOLDERS) {
    it(`accepts ${name} without a warning, and its pods`, async () => {
      const yaml = yamlOf(name);
      const applied = isComponent
        ? await apply(yaml)
        : await server.kubectl(['apply', ...STRICT, '-k', path]);
      expect(applied).to.include({ stderr: '', code: 0 });
      const objects = parseObjects(yaml);
      expect(await createPods(server, objects)).to.include({ stderr: '', code: 0 });
      await removeObjects(server, objects);
    });
  }
  for (const { name, yaml } of TEXTS) {
    it(`accepts ${name} without a warning`, async () => {
      expect(await apply(yaml)).to.include({ stderr: '', code: 0 });
      await removeObjects(server, parseObjects(yaml));
    });
  }

  it('applies the rules of the custom resources, and sets their defaults', async () => {
    const yaml = yamlOf('envoy-gateway');
    await apply(yaml);
    const path = 'jsonpath={.spec.rules[*].backendRefs[*].weight}';
    const { stdout } = await server.kubectl(['-n', 'shop', 'get', 'httproute', 'shop', '-o', path]);
    expect(stdout).to.equal('1 1 1');
    await removeObjects(server, parseObjects(yaml));
  });

  describe('accepts the commands of the pages', () => {
    let folder: string;
    let shell: UserShell;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'curfew-pages-'));
      await cp(DEPLOY_FOLDER, join(folder, 'deploy'), { recursive: true });
      await cp(join(DEPLOY_FOLDER, 'grafana', 'curfew.json'), join(folder, 'curfew.json'));
      const authority = createAuthority();
      const { cert, key } = authority.issue();
      await writeFiles(folder, {
        'redis-password': 'secret',
        'redis-ca.crt': authority.cert,
        'sentinel-password': 'any password',
        'tls.crt': cert,
        'tls.key': key,
        'ca.crt': authority.cert,
        'admin.crt': cert,
        'admin.key': key,
        'admin-ca.crt': authority.cert,
      });
      shell = userShell(server, folder, [kubectl]);
      for (const namespace of ['envoy', 'envoy-gateway-system', 'monitoring']) {
        // oxlint-disable-next-line no-await-in-loop -- three, the reader's own
        await server.kubectl(['create', 'namespace', namespace]);
      }
    });
    after(() => rm(folder, { recursive: true }));

    const pages = ['kubernetes', 'istio', 'envoy-gateway', 'grafana'];
    for (const page of pages.map((name) => `${name}/README.md`)) {
      it(`in ${page}`, async () => {
        const commands = pageCommands(page);
        expect(commands).to.have.length.above(1);
        for (const command of commands) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          const { code, stderr } = await shell(command);
          expect(stderr, command).to.equal('');
          // 1 means that there are differences.
          expect(code, command).to.be.at.most(command.includes(' diff ') ? 1 : 0);
        }
        const all = [...rendered.values()].flatMap(parseObjects);
        await removeObjects(server, all);
      });
    }

    it('after a certificate has expired: the Secret has all three files', async () => {
      const { cert, key } = createAuthority('other').issue();
      await writeFiles(folder, { 'tls.crt': cert, 'tls.key': key });
      const command = commandIn(
        'runbook.md',
        /^(kubectl .*create secret generic curfew-tls (?:.*\\\n)*.*)$/m,
      );
      expect(await shell(command)).to.include({ code: 0, stderr: '' }); // the Secret exists since the page
      const get = ['-n', 'curfew', 'get', 'secret', 'curfew-tls', '-o', 'jsonpath={.data}'];
      const data = JSON.parse((await server.kubectl(get)).stdout) as Record<string, string>;
      expect(Object.keys(data)).to.have.members(['ca.crt', 'tls.crt', 'tls.key']);
      expect(Buffer.from(data['tls.crt'] ?? '', 'base64').toString()).to.equal(cert);
    });

    it('for a mesh that comes later: the Service must be deleted before it can get an address', async () => {
      const address = async () => {
        const get = [
          '-n',
          'curfew',
          'get',
          'service',
          'curfew',
          '-o',
          'jsonpath={.spec.clusterIP}',
        ];
        return (await server.kubectl(get)).stdout;
      };
      const istio = yamlOf('kubernetes/overlays/istio-gateway');
      await apply(yamlOf(BASE));
      await apply(istio);
      expect(await address()).to.equal('None');
      const command = commandIn('istio/README.md', /`(kubectl [^`]*delete service [^`]*)`/);
      expect(await shell(command)).to.include({ code: 0, stderr: '' });
      await apply(istio);
      expect(await address()).to.match(/^10\.0\.0\.\d+$/);
      await removeObjects(server, parseObjects(istio));
    });
  });

  describe('refuses mistakes that no schema finds:', () => {
    for (const [what, where, from, to, says] of MISTAKES) {
      it(`${what} in ${where}`, async () => {
        const objects = yamlOf(where).split(/^---\n/m);
        const sound = objects.find((object) => object.includes(from));
        if (sound === undefined) throw new Error(`nothing in ${where} has "${from}"`);
        const mistaken = sound.replace(from, to);
        const [, newest] = KUBERNETES_VERSIONS;
        expect(await conformance.problems(mistaken, newest)).to.deep.equal([]);
        const { code, stderr } = await server.kubectl(DRY_RUN, mistaken);
        expect(stderr).to.contain(says);
        expect(code).to.not.equal(0);
      });
    }

    it('a pod that is not restricted', async () => {
      await apply(yamlOf(BASE)); // a pod needs its account
      const lax = yamlOf(BASE).replace('runAsNonRoot: true', 'runAsNonRoot: false');
      const words = 'violate PodSecurity "restricted:latest": runAsNonRoot != true';
      const warned = await server.kubectl(DRY_RUN, lax);
      expect(warned.stderr).to.contain(`would ${words}`);
      expect(warned.code).to.not.equal(0);
      const refused = await createPods(server, parseObjects(lax));
      await removeObjects(server, parseObjects(lax));
      expect(refused.stderr).to.contain(words.replace('violate', 'violates'));
      expect(refused.code).to.not.equal(0);
    });
  });
});

function commandIn(page: string, pattern: RegExp): string {
  const command = pattern.exec(readFileSync(join(DEPLOY_FOLDER, page), 'utf8'))?.[1];
  if (command === undefined) throw new Error(`${page} has no such command`);
  return command;
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const all = Object.entries(files);
  await Promise.all(all.map(([name, text]) => writeFile(join(folder, name), text)));
}
