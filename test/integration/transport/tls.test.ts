import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { expect } from 'chai';
import { checkHealth } from '../../../src/transport/check-health.ts';
import type { HealthTls } from '../../../src/transport/check-health.ts';
import type { TransportTls } from '../../../src/transport/transport-tls.ts';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import type { Certificate } from '../../support/certificates/certificate-authority.ts';
import { onEachTransport } from '../../support/transport/each-transport.ts';
import type { TestTransport } from '../../support/transport/transport.ts';

const servers = createAuthority('servers');
const clients = createAuthority('clients');
const own = servers.issue();
const guest = clients.issue({ commonName: 'envoy' });
const stranger = createAuthority('strangers').issue();

const TLS: TransportTls = { certificate: Buffer.from(own.cert), key: Buffer.from(own.key) };
const MUTUAL: TransportTls = { ...TLS, clientCa: Buffer.from(clients.cert) };

const asking = (ca: string, shown?: Certificate, serverName?: string): HealthTls => ({
  ca: Buffer.from(ca),
  certificate: shown && Buffer.from(shown.cert),
  key: shown && Buffer.from(shown.key),
  serverName,
});

onEachTransport('transport: TLS', ({ startTransport }) => {
  let server: TestTransport;
  const start = async (tls: TransportTls, address = '127.0.0.1:0') => {
    server = await startTransport(undefined, { tls, address });
    server.transport.setServing(true);
  };
  afterEach(() => server.close());

  const health = (tls?: HealthTls) => checkHealth(server.transport.address, '', 2000, tls);

  it('serves clients that trust its authority', async () => {
    await start(TLS);
    expect(await health(asking(servers.cert))).to.equal('SERVING');
  });

  it('shows its certificate, which clients of another authority refuse', async () => {
    await start(TLS);
    expect(await health(asking(clients.cert))).to.equal('UNREACHABLE');
    expect(await health(asking(servers.cert, undefined, 'another.test'))).to.equal('UNREACHABLE');
  });

  it('also serves on a Unix socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'curfew-'));
    await start(TLS, `unix:${join(folder, 'grpc.sock')}`);
    expect(await health(asking(servers.cert, undefined, 'localhost'))).to.equal('SERVING');
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it('does not answer in plain text, and reports the attempt', async () => {
    await start(TLS);
    expect(await health()).to.equal('UNREACHABLE');
    await until(() => server.faults.length > 0);
    expect(server.faults[0]).to.include({ code: 'ERR_HANDSHAKE_FAILED' });
  });

  it('reports nothing for peers that just disconnect, as probes do', async () => {
    await start(TLS);
    const socket = connectTcp(server.transport.port ?? 0, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    expect(await health(asking(servers.cert))).to.equal('SERVING');
    expect(server.faults).to.deep.equal([]);
  });

  describe('with certificates for clients', () => {
    beforeEach(() => start(MUTUAL));

    it('serves a client that has one', async () => {
      expect(await health(asking(servers.cert, guest))).to.equal('SERVING');
    });

    for (const [what, shown] of [
      ['none', undefined],
      ['one of another authority', stranger],
      ['one of the server’s authority', own],
      ['an expired one', clients.issue({ validToMs: Date.now() - 1000 })],
    ] as const) {
      it(`refuses a client that has ${what}, and reports it`, async () => {
        expect(await health(asking(servers.cert, shown))).to.equal('UNREACHABLE');
        expect(server.asked).to.deep.equal([]);
      });
    }

    it('reports why a handshake failed', async () => {
      await health(asking(servers.cert));
      await until(() => server.faults.length > 0);
      expect(server.faults[0]?.message).to.equal(
        'a TLS handshake failed: ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE',
      );
    });
  });

  describe('by the handshake', () => {
    beforeEach(() => start(TLS));

    it('prefers TLS 1.3 and agrees on h2', async () => {
      const socket = await handshake({});
      expect(socket.protocol).to.equal('TLSv1.3');
      expect(socket.alpn).to.equal('h2');
    });

    it('accepts TLS 1.2 with an ephemeral suite', async () => {
      const socket = await handshake({ maxVersion: 'TLSv1.2' });
      expect(socket.protocol).to.equal('TLSv1.2');
      expect(socket.cipher).to.match(/^ECDHE-ECDSA-AES128-GCM-SHA256$/);
    });

    for (const [what, options] of [
      ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' }],
      ['a suite that HTTP/2 forbids', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' }],
      ['HTTP/1.1 only', { ALPNProtocols: ['http/1.1'] }],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const refused = await handshake(options as unknown as ConnectionOptions).catch(
          (error: Error) => error,
        );
        expect(refused).to.be.instanceOf(Error);
      });
    }

    it('does not serve a client that names no protocol, and reports it', async () => {
      const socket = connectTls({
        host: '127.0.0.1',
        port: server.transport.port,
        ca: servers.cert,
      });
      socket.on('error', () => {});
      await once(socket, 'secureConnect');
      socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0');
      let heard = Buffer.alloc(0);
      socket.on('data', (bytes: Buffer) => {
        heard = Buffer.concat([heard, bytes]);
      });
      await once(socket, 'close');
      // An HTTP/2 connection begins with SETTINGS: a frame of type 4.
      expect(heard[3]).to.not.equal(4);
      expect(server.faults.map(({ message }) => message)).to.deep.equal([
        'a TLS handshake failed: ERR_TLS_ALPN_MISSING',
      ]);
    });

    it('is not delayed by silent peers', async () => {
      const socket = connectTcp(server.transport.port ?? 0, '127.0.0.1');
      socket.on('error', () => {});
      await once(socket, 'connect');
      await health(asking(servers.cert)); // the server has accepted the connection before
      await server.close();
      socket.destroy();
    });
  });

  async function handshake(options: ConnectionOptions) {
    const socket = connectTls({
      host: '127.0.0.1',
      port: server.transport.port ?? 0,
      ca: servers.cert,
      ALPNProtocols: ['h2'],
      ...options,
    });
    await once(socket, 'secureConnect');
    const agreed = {
      alpn: socket.alpnProtocol,
      protocol: socket.getProtocol(),
      cipher: socket.getCipher().name,
    };
    socket.destroy();
    return agreed;
  }
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
