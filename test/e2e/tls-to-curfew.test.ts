import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../support/certificates/certificate-authority.ts';
import { onEachTransport } from '../support/transport/each-transport.ts';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { withTlsToCurfew } from '../support/envoy/envoy-tls.ts';
import type { EnvoyTlsFiles } from '../support/envoy/envoy-tls.ts';
import { eventually } from '../support/time/eventually.ts';
import { httpCall } from '../support/clients/http-call.ts';
import { envoyOrSkip } from '../support/programs/provision-or-skip.ts';

const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

onEachTransport('Envoy and Curfew with TLS between them', ({ kind: transport }) => {
  const servers = createAuthority('servers');
  const clients = createAuthority('clients');
  let folder: string;
  let edge: Edge | undefined;
  const file = (name: string) => join(folder, name);

  before(async function () {
    await envoyOrSkip(this);
    folder = await mkdtemp(join(tmpdir(), 'curfew-envoy-tls-'));
    const own = servers.issue({ dnsName: 'curfew' });
    const guest = clients.issue({ commonName: 'envoy' });
    const files: Readonly<Record<string, string>> = {
      'servers.crt': servers.cert,
      'clients.crt': clients.cert,
      'own.crt': own.cert,
      'own.key': own.key,
      'guest.crt': guest.cert,
      'guest.key': guest.key,
    };
    await Promise.all(
      Object.entries(files).map(([name, text]) => writeFile(file(name), text, { mode: 0o600 })),
    );
  });
  afterEach(async () => {
    await edge?.stop();
    edge = undefined;
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  const start = async (flags: readonly string[], files: EnvoyTlsFiles | undefined) => {
    edge = await startEdge({
      policy: POLICY,
      transport,
      flags,
      ...(files && { editEnvoy: (config: string) => withTlsToCurfew(config, files) }),
    });
    return edge;
  };
  const ownFlags = () => [
    `--grpc-tls-cert-file=${file('own.crt')}`,
    `--grpc-tls-key-file=${file('own.key')}`,
  ];
  const mutualFlags = () => [...ownFlags(), `--grpc-client-ca-file=${file('clients.crt')}`];
  const guest = () => ({ certificate: file('guest.crt'), key: file('guest.key') });
  const statusOf = async ({ port }: Edge, cookie?: string) =>
    (await httpCall(port, '/api/profile', { headers: cookie ? [['cookie', cookie]] : [] })).status;
  /** Whether Envoy's health checks succeed. If not, Envoy still asks, because there is no other replica. */
  const isHealthy = async ({ envoy }: Edge): Promise<boolean> => {
    const stats = await envoy.stats('^cluster\\.curfew\\.membership_healthy$');
    return stats.get('cluster.curfew.membership_healthy') === 1;
  };
  const verdicts = async (running: Edge) => [
    await statusOf(running, `sid=${newCredential()}`),
    await statusOf(running),
  ];

  it('can connect', async () => {
    const running = await start(ownFlags(), { ca: file('servers.crt') });
    expect(await verdicts(running)).to.deep.equal([200, 401]);
    await eventually('health', () => isHealthy(running));
  });

  it('can connect when each has a certificate', async () => {
    const running = await start(mutualFlags(), { ca: file('servers.crt'), client: guest() });
    expect(await verdicts(running)).to.deep.equal([200, 401]);
    await eventually('health', () => isHealthy(running));
    const log = running.curfews[0]?.log();
    expect(log, log).not.to.contain('handshake_failed');
  });

  it('give no verdict when Envoy has no certificate, and Curfew logs why', async () => {
    const running = await start(mutualFlags(), { ca: file('servers.crt') });
    expect(await verdicts(running)).to.deep.equal([503, 503]);
    await eventually('a line in the log', () =>
      running.curfews[0]?.log().includes('ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE'),
    );
  });

  it('give no verdict when Envoy does not trust Curfew', async () => {
    const running = await start(ownFlags(), { ca: file('clients.crt') });
    expect(await verdicts(running)).to.deep.equal([503, 503]);
  });

  it('give no verdict when only one of them uses TLS', async () => {
    expect(await verdicts(await start(ownFlags(), undefined))).to.deep.equal([503, 503]);
    await edge?.stop();
    const running = await start([], { ca: file('servers.crt') });
    expect(await verdicts(running)).to.deep.equal([503, 503]);
  });
});
