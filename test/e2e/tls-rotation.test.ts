import { Agent } from 'node:http';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { expect } from 'chai';
import { createAuthority } from '../support/certificates/certificate-authority.ts';
import type { Authority } from '../support/certificates/certificate-authority.ts';
import { startCurfew } from '../support/processes/curfew.ts';
import type { Curfew } from '../support/processes/curfew.ts';
import { newCredential } from '../support/envoy/edge.ts';
import { startEnvoy } from '../support/envoy/envoy.ts';
import type { Envoy } from '../support/envoy/envoy.ts';
import { eventually } from '../support/time/eventually.ts';
import { freePort } from '../support/network/free-port.ts';
import { httpCall } from '../support/clients/http-call.ts';
import { mountVolume } from '../support/files/mounted-volume.ts';
import type { MountedVolume } from '../support/files/mounted-volume.ts';
import { mutualTlsEnvoy } from '../support/envoy/mutual-tls-envoy.ts';
import { patientEnvoy } from '../support/envoy/patient-envoy.ts';
import { writePolicyFile } from '../support/files/policy-file.ts';
import { envoyOrSkip } from '../support/programs/provision-or-skip.ts';
import { startSampleApp } from '../support/processes/sample-app.ts';
import { startLoad } from '../support/clients/steady-load.ts';
import { withoutRetries } from '../support/envoy/without-retries.ts';

const PER_SECOND = 100;
const SERVER_NAME = 'curfew.curfew.svc.cluster.local';
const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

/** A Secret as cert-manager writes it. */
const secretOf = (wish: object, issuer: Authority, trusted: readonly Authority[]) => {
  const { cert, key } = issuer.issue(wish);
  return { 'tls.crt': cert, 'tls.key': key, 'ca.crt': trusted.map((one) => one.cert).join('') };
};

describe('certificates of Envoy and two replicas, under load', () => {
  const old = createAuthority('old authority');
  const young = createAuthority('young authority');
  const curfews: { readonly curfew: Curfew; readonly grpcPort: number }[] = [];
  const closers: (() => Promise<void>)[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  let serverVolume: MountedVolume;
  let clientVolume: MountedVolume;
  let envoy: Envoy;
  let edgePort: number;

  before(async function () {
    this.timeout(60_000);
    await envoyOrSkip(this);
    const policies = await writePolicyFile(POLICY);
    closers.push(() => policies.remove());
    serverVolume = await mountVolume(secretOf({ dnsName: SERVER_NAME }, old, [old]));
    closers.push(() => serverVolume.remove());
    clientVolume = await mountVolume(secretOf({ commonName: 'envoy' }, old, [old]));
    closers.push(() => clientVolume.remove());
    const app = await startSampleApp();
    closers.push(() => app.stop());
    const flags = [
      `--grpc-tls-cert-file=${serverVolume.path('tls.crt')}`,
      `--grpc-tls-key-file=${serverVolume.path('tls.key')}`,
      `--grpc-client-ca-file=${serverVolume.path('ca.crt')}`,
      '--decision-budget=1500ms', // ten times as much as in production, as for Envoy here
    ];
    for (let place = 0; place < 2; place += 1) {
      // oxlint-disable no-await-in-loop -- they share two cores
      const [grpcPort, opsPort] = [await freePort(), await freePort()];
      const curfew = await startCurfew({ policyPath: policies.path, grpcPort, opsPort, flags });
      // oxlint-enable no-await-in-loop
      closers.push(() => curfew.stop());
      curfews.push({ curfew, grpcPort });
    }
    const ports = curfews.map(({ grpcPort }) => grpcPort);
    const edge = await mutualTlsEnvoy(clientVolume.folder, ports, app.webPort);
    closers.push(() => edge.remove());
    envoy = await startEnvoy({ config: withoutRetries(patientEnvoy(edge.config)) });
    closers.push(() => envoy.stop());
    edgePort = await envoy.port('edge');
  });

  after(async () => {
    agent.destroy();
    // oxlint-disable-next-line no-await-in-loop -- in reverse order, one after the other
    for (const close of closers.toReversed()) await close();
  });

  const stat = async (name: string) =>
    (await envoy.stats(`^cluster\\.curfew\\.${name}$`)).get(`cluster.curfew.${name}`) ?? 0;
  const haveAll = (event: string, times: number) =>
    eventually(`${times} times ${event} on all replicas`, () =>
      curfews.every(({ curfew }) => curfew.log().split(`"event":"${event}"`).length > times),
    );
  /** Envoy loads the certificate and the authorities separately, and only what has changed. */
  const envoyHasRead = (before: number, times: number) =>
    eventually('Envoy with new files', async () => (await updates()) >= before + times);
  const updates = () => stat('client_ssl_socket_factory.ssl_context_update_by_sds');
  /** The issuer of a replica's certificate, as a client of this authority sees it. */
  async function issuerShown(grpcPort: number, guest: Authority): Promise<string | undefined> {
    const { cert, key } = guest.issue();
    const ca = old.cert + young.cert;
    const options = { cert, key, ca, servername: SERVER_NAME, ALPNProtocols: ['h2'] };
    const socket = connect({ host: '127.0.0.1', port: grpcPort, ...options });
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0');
    const issuer = socket.getPeerX509Certificate()?.issuer;
    // With TLS 1.3 a rejected client learns it after the handshake. An accepted one gets SETTINGS.
    const heard = await Promise.race([once(socket, 'data'), once(socket, 'close')]);
    socket.destroy();
    return Buffer.isBuffer(heard[0]) ? issuer : undefined;
  }

  it('and the authority of both are replaced, without a failed request', async function () {
    this.timeout(60_000);
    const headers = [['cookie', `sid=${newCredential()}`]] as const;
    await eventually('healthy replicas', async () => (await stat('membership_healthy')) === 2);
    const load = startLoad(PER_SECOND, () =>
      httpCall(edgePort, '/api/profile', { headers, agent }),
    );
    closers.push(async () => void (await load.stop()));
    const server = { dnsName: SERVER_NAME };
    const client = { commonName: 'envoy' };
    await eventually('load', () => load.report().sent > PER_SECOND);

    // 1. Both trust the new authority, too.
    let had = await updates();
    await serverVolume.swap(secretOf(server, old, [old, young]));
    await clientVolume.swap(secretOf(client, old, [old, young]));
    await haveAll('tls_loaded', 2);
    await envoyHasRead(had, 2);

    // 2. Both present certificates of the new authority.
    had = await updates();
    await serverVolume.swap(secretOf(server, young, [old, young]));
    await clientVolume.swap(secretOf(client, young, [old, young]));
    await haveAll('tls_loaded', 3);
    await envoyHasRead(had, 1); // the authorities are the same
    for (const { grpcPort } of curfews) {
      // oxlint-disable-next-line no-await-in-loop -- two
      expect(await issuerShown(grpcPort, old)).to.equal('CN=young authority');
    }
    expect(curfews[0]?.curfew.log()).not.to.contain('tls_connections_renewed');

    // 3. The old authority is removed: Envoy's connections, which were made under it, are made again under the new one.
    had = await updates();
    const connections = await stat('ssl.handshake');
    await serverVolume.swap(secretOf(server, young, [young]));
    await clientVolume.swap(secretOf(client, young, [young]));
    await haveAll('tls_connections_renewed', 1);
    await envoyHasRead(had, 2);
    await eventually('new connections', async () => {
      return (await stat('ssl.handshake')) >= connections + curfews.length;
    });
    for (const { grpcPort } of curfews) {
      // oxlint-disable-next-line no-await-in-loop -- two
      expect(await issuerShown(grpcPort, old)).to.equal(undefined);
    }
    const sentThen = load.report().sent;
    await eventually('load after it', () => load.report().sent > sentThen + 2 * PER_SECOND);
    const { failures } = await load.stop();
    expect(failures).to.deep.equal([]);
    expect(await stat('membership_healthy')).to.equal(2);
    expect(await stat('ssl.versions.TLSv1.3')).to.be.greaterThan(0);
  });
});
