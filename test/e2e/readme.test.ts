import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { startProcess } from '../support/processes/child-process.ts';
import { startCurfew, type Curfew } from '../support/processes/curfew.ts';
import { startEnvoy, type Envoy } from '../support/envoy/envoy.ts';
import { eventually } from '../support/time/eventually.ts';
import { freePort } from '../support/network/free-port.ts';
import { httpCall } from '../support/clients/http-call.ts';
import { writePolicyFile, type PolicyFile } from '../support/files/policy-file.ts';
import { envoyOrSkip } from '../support/programs/provision-or-skip.ts';
import { readPage, type Page } from '../support/pages/page.ts';

const root = join(import.meta.dirname, '..', '..');
const main = join(root, 'src', 'main.ts');

describe('the README', () => {
  let readme: Page;
  let envoyPage: Page;

  before(async () => {
    [readme, envoyPage] = await Promise.all([readPage('README.md'), readPage('docs/envoy.md')]);
  });

  it('names only commands that there are', async () => {
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const names = readme.npmCommands().map((command) => command.replace(/^npm (run )?/, ''));
    expect(names).to.include.members(['demo', 'test', 'start']);
    for (const name of names) expect(scripts, name).to.have.property(name);
  });

  describe('its configuration for an existing Envoy', () => {
    let policyFile: PolicyFile;
    let curfew: Curfew;
    let envoy: Envoy | undefined;

    before(async function () {
      this.timeout(60_000);
      await envoyOrSkip(this);
      policyFile = await writePolicyFile(readme.block('policy'));
      const [grpcPort, opsPort] = await Promise.all([freePort(), freePort()]);
      curfew = await startCurfew({ policyPath: policyFile.path, grpcPort, opsPort });
      envoy = await startEnvoy({ config: existingEnvoy(readme, envoyPage, grpcPort) });
    });

    after(async () => {
      await envoy?.stop();
      if (envoy === undefined) return;
      await curfew.stop();
      await policyFile.remove();
    });

    it('has a policy file without a fault or a warning', async () => {
      const answer = await run('check-config', policyFile.path);
      expect(answer.log).to.match(/ok \(1 source, 4 policies\)$/m);
      expect(answer.log).not.to.match(/warning/i);
      expect(answer.code).to.equal(0);
    });

    it('is explained by the command that it names', async () => {
      const url = 'https://app.example.com/payments/new';
      const answer = await run('explain', '--config', policyFile.path, '--url', url);
      expect(answer.log).to.include('Judged by "payments"');
      expect(answer.code).to.equal(0);
    });

    it('refuses a request without a session, and lets one with a session and a public page pass', async () => {
      const port = await (envoy as Envoy).port('edge');
      expect((await httpCall(port, '/')).status).to.equal(401);
      for (const open of ['/login', '/assets/app.js', '/favicon.ico']) {
        expect((await httpCall(port, open)).status, open).to.equal(200);
      }
      const headers = [['cookie', '__Host-sid=4f1c9d1e2b7a']] as const;
      expect((await httpCall(port, '/payments/new', { headers })).status).to.equal(200);
    });

    it('exposes the metrics of their page', async () => {
      const { section } = await readPage('docs/metrics.md');
      const names = [...section('All metrics').matchAll(/^- \*\*`((?:curfew|grpc)_\w+)`/gm)].map(
        ([, name]) => name,
      );
      expect(names).to.include.members(['curfew_checks_total', 'grpc_server_handled_total']);
      const exposed = await curfew.metrics();
      for (const name of names) expect(exposed, name).to.match(new RegExp(`^# TYPE ${name} `, 'm'));
    });

    it('has the flags of the page of settings', async () => {
      const { section } = await readPage('docs/settings.md');
      const { log: help } = await run('serve', '--help');
      const headings = section('Settings of `curfew serve`').matchAll(
        /^### `(--[a-z-]+) <\w+>`$/gm,
      );
      const flags = [...headings].map(([, flag]) => flag);
      expect(flags).to.include.members(['--config', '--store']);
      for (const flag of flags) expect(help).to.include(flag);
    });
  });

  it('starts with `npm start`, on the example policy file', async function () {
    this.timeout(60_000);
    const [grpcPort, opsPort] = await Promise.all([freePort(), freePort()]);
    // The addresses alone differ from what a reader types: the default ports may be taken on this machine.
    const flags = [`--grpc-address=127.0.0.1:${grpcPort}`, `--ops-address=127.0.0.1:${opsPort}`];
    const started = await startProcess('npm', ['start', '--', ...flags]);
    try {
      const isReady = async (): Promise<boolean> =>
        (await httpCall(opsPort, '/readyz').catch(() => undefined))?.status === 200;
      await eventually('ready Curfew', isReady, 40_000);
      expect(started.log()).to.include('"store":"memory:"');
    } finally {
      started.signal('SIGTERM');
      await started.ended();
    }
  });
});

/** An Envoy as users may have it, with the filter of the README and the cluster of its page added. */
function existingEnvoy(readme: Page, envoyPage: Page, grpcPort: number): string {
  const filters: unknown = parse(readme.block('envoy-filter'));
  const clusters: unknown = parse(
    envoyPage.block('envoy-cluster').replace('port_value: 9001', `port_value: ${grpcPort}`),
  );
  const type = 'type.googleapis.com/envoy.extensions.filters';
  return stringify({
    static_resources: {
      listeners: [
        {
          name: 'edge',
          address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
          filter_chains: [
            {
              filters: [
                {
                  name: 'envoy.filters.network.http_connection_manager',
                  typed_config: {
                    '@type': `${type}.network.http_connection_manager.v3.HttpConnectionManager`,
                    stat_prefix: 'edge',
                    route_config: {
                      virtual_hosts: [
                        {
                          name: 'app',
                          domains: ['*'],
                          routes: [{ match: { prefix: '/' }, direct_response: { status: 200 } }],
                        },
                      ],
                    },
                    http_filters: [
                      ...(filters as unknown[]),
                      {
                        name: 'envoy.filters.http.router',
                        typed_config: { '@type': `${type}.http.router.v3.Router` },
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
      clusters,
    },
  });
}

async function run(
  ...args: string[]
): Promise<{ readonly code: number | NodeJS.Signals; readonly log: string }> {
  const command = await startProcess(process.execPath, [main, ...args]);
  const code = await command.ended();
  return { code, log: command.log() };
}
