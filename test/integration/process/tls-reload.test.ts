import { expect } from 'chai';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import type { Certificate } from '../../support/certificates/certificate-authority.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import { onEachTransport } from '../../support/transport/each-transport.ts';
import { eventually } from '../../support/time/eventually.ts';
import { freePort } from '../../support/network/free-port.ts';
import { mountVolume } from '../../support/files/mounted-volume.ts';
import type { MountedVolume } from '../../support/files/mounted-volume.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import type { PolicyFile } from '../../support/files/policy-file.ts';

const POLICY = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;
const HOUR_MS = 60 * 60_000;

onEachTransport('TLS files that change', function ({ kind: transport }) {
  this.timeout(60_000);
  const authority = createAuthority('both');
  const other = createAuthority('another');
  const guest = authority.issue({ commonName: 'envoy' });
  const first = authority.issue();
  let policies: PolicyFile;
  let secret: MountedVolume;
  let curfew: Curfew;
  let grpcPort: number;

  before(async () => {
    policies = await writePolicyFile(POLICY);
  });
  after(() => policies.remove());

  beforeEach(async () => {
    secret = await mountVolume(filesOf(first));
    grpcPort = await freePort();
    curfew = await startCurfew({
      policyPath: policies.path,
      grpcPort,
      opsPort: await freePort(),
      transport,
      flags: [
        `--grpc-tls-cert-file=${secret.path('tls.crt')}`,
        `--grpc-tls-key-file=${secret.path('tls.key')}`,
        `--grpc-client-ca-file=${secret.path('ca.crt')}`,
      ],
    });
  });
  afterEach(async () => {
    await curfew.stop();
    await secret.remove();
  });

  const filesOf = ({ cert, key }: Certificate, ...more: readonly Certificate[]) => ({
    'tls.crt': cert,
    'tls.key': key,
    'ca.crt': [authority, ...more].map((one) => one.cert).join(''),
  });
  const shown = async (): Promise<string | undefined> => {
    const { cert, key } = guest;
    const options = { cert, key, ca: authority.cert, ALPNProtocols: ['h2'] };
    const socket = connect({ host: '127.0.0.1', port: grpcPort, ...options });
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    const text = socket.getPeerX509Certificate()?.toString();
    socket.destroy();
    return text;
  };
  const isShown = ({ cert }: Certificate) =>
    eventually('the new certificate', async () => (await shown()) === cert);
  const metric = async (name: string): Promise<number> =>
    Number(
      new RegExp(`^curfew_tls_${name}\\{port="grpc"\\} (\\S+)$`, 'm').exec(
        await curfew.metrics(),
      )?.[1],
    );
  const events = (event: string): number => curfew.log().split(`"event":"${event}"`).length - 1;
  const logged = (event: string, times = 1) => eventually(event, () => events(event) === times);

  it('are used together after Kubernetes swaps the Secret', async () => {
    expect(await metric('last_reload_successful')).to.equal(1);
    const validToMs = Math.floor(Date.now() / 1000) * 1000 + HOUR_MS;
    const next = authority.issue({ validToMs });
    await secret.swap(filesOf(next, other));
    await isShown(next);
    expect(await metric('last_reload_successful')).to.equal(1);
    expect(await metric('certificate_expiry_timestamp_seconds')).to.equal(validToMs / 1000);
    expect(curfew.log()).to.contain('"client_authorities":2');
    expect(events('tls_connections_renewed')).to.equal(0);
    // After one of the two is removed, every client has to reconnect.
    await secret.swap(filesOf(next));
    await logged('tls_connections_renewed');
  });

  it('are used after they are written one after the other, without an error', async () => {
    const next = authority.issue();
    const data = join(secret.folder, '..data');
    await writeFile(join(data, 'tls.crt'), next.cert);
    curfew.signal('SIGHUP'); // it looks now, when they do not fit
    expect(await shown()).to.equal(first.cert);
    await writeFile(join(data, 'tls.key'), next.key);
    await isShown(next);
    expect(events('tls_rejected')).to.equal(0);
    expect(await metric('last_reload_successful')).to.equal(1);
  });

  it('are reported if they stay broken, and the last good ones stay in use', async () => {
    const expiry = await metric('certificate_expiry_timestamp_seconds');
    const stranger = authority.issue();
    await secret.swap({ ...filesOf(first), 'tls.key': stranger.key });
    await logged('tls_rejected');
    expect(await metric('last_reload_successful')).to.equal(0);
    expect(await metric('certificate_expiry_timestamp_seconds')).to.equal(expiry);
    expect(await shown()).to.equal(first.cert);
    expect(await curfew.isReady()).to.equal(true);
    expect(curfew.log()).to.match(
      /"event":"tls_rejected","port":"grpc","problems":\["--grpc-tls-key-file: \S+tls\.key is not the key of the first certificate in \S+tls\.crt"\]/,
    );
    await secret.swap({ ...filesOf(first), 'ca.crt': 'rubbish' });
    await logged('tls_rejected', 2);
    expect(curfew.log()).to.match(
      /--grpc-client-ca-file: \S+ca\.crt contains no certificate; expected a PEM/,
    );
    await secret.swap(filesOf(first));
    await logged('tls_restored');
    expect(await metric('last_reload_successful')).to.equal(1);
    for (const { key } of [first, stranger]) {
      const [, line = ''] = key.split('\n');
      expect(curfew.log()).not.to.contain(line.slice(0, 24));
    }
  });
});
