import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { AUTHORIZATION_SERVICE } from '../../../src/transport/check-method.ts';
import { checkHealth } from '../../../src/transport/check-health.ts';
import type { TransportTls } from '../../../src/transport/transport-tls.ts';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import type { Certificate } from '../../support/certificates/certificate-authority.ts';
import { onEachTransport } from '../../support/transport/each-transport.ts';
import { eventually } from '../../support/time/eventually.ts';
import type { TestTransport } from '../../support/transport/transport.ts';

const servers = createAuthority('servers');
const before = createAuthority('clients before');
const after = createAuthority('clients after');
const first = servers.issue();
const second = servers.issue();
const oldGuest = before.issue({ commonName: 'envoy' });
const newGuest = after.issue({ commonName: 'envoy' });

const tlsOf = (own: Certificate, ...authorities: readonly Certificate[]): TransportTls => ({
  certificate: Buffer.from(own.cert),
  key: Buffer.from(own.key),
  clientCa: Buffer.from(authorities.map(({ cert }) => cert).join('')),
});

onEachTransport('transport: a replaced TLS certificate', ({ kind, startTransport }) => {
  let server: TestTransport;
  beforeEach(async () => {
    server = await startTransport(undefined, { tls: tlsOf(first, before) });
    server.transport.setServing(true);
  });
  afterEach(() => server.close());

  const options = (guest: Certificate): ConnectionOptions => ({
    host: '127.0.0.1',
    port: server.transport.port ?? 0,
    ca: servers.cert,
    cert: guest.cert,
    key: guest.key,
    ALPNProtocols: ['h2'],
  });
  const health = ({ cert, key }: Certificate) =>
    checkHealth(server.transport.address, '', 2000, {
      ca: Buffer.from(servers.cert),
      certificate: Buffer.from(cert),
      key: Buffer.from(key),
      serverName: undefined,
    });
  const connected = async (guest: Certificate): Promise<ClientHttp2Session> => {
    const { cert, key } = guest;
    const session = connectHttp2(`https://${server.transport.address}`, {
      ca: servers.cert,
      cert,
      key,
    });
    session.on('error', () => {});
    await once(session, 'remoteSettings');
    return session;
  };

  it('is shown to new connections, while open ones continue', async () => {
    const open = await connected(oldGuest);
    const heard: string[] = [];
    open.on('goaway', () => heard.push('goaway'));
    server.transport.setTls(tlsOf(second, before));
    const socket = connectTls(options(oldGuest));
    await once(socket, 'secureConnect');
    expect(socket.getPeerX509Certificate()?.toString()).to.equal(second.cert);
    socket.destroy();
    expect(await ask(open)).to.equal('0');
    expect(heard).to.deep.equal([]);
    open.destroy();
  });

  it('admits only clients of the authorities that it names', async () => {
    expect(await health(newGuest)).to.equal('UNREACHABLE');
    server.transport.setTls(tlsOf(first, before, after));
    expect(await health(oldGuest)).to.equal('SERVING');
    expect(await health(newGuest)).to.equal('SERVING');
    server.transport.setTls(tlsOf(first, after));
    expect(await health(oldGuest)).to.equal('UNREACHABLE');
    expect(await health(newGuest)).to.equal('SERVING');
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`is not bypassed by an older session of ${version}`, async () => {
      const asked = { ...options(oldGuest), maxVersion: version };
      const session = await sessionOf(asked);
      const resumed = connectTls({ ...asked, session });
      await once(resumed, 'secureConnect');
      expect(resumed.isSessionReused()).to.equal(true); // the session can be resumed
      resumed.destroy();

      server.transport.setTls(tlsOf(first, after));
      const refused = connectTls({ ...asked, session });
      let heard = '';
      refused.on('error', () => {});
      refused.on('data', () => (heard = 'an answer'));
      await new Promise((resolve) => refused.once('close', resolve));
      expect(heard).to.equal('');
      await eventually('a reason', () => server.faults.length > 0);
      expect(server.faults[0]?.message).to.equal(
        'a TLS handshake failed: UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      );
    });
  }

  it('also applies to present peers when connections are renewed', async () => {
    server.transport.setTls(tlsOf(first, before, after));
    const leaving = await connected(oldGuest);
    const away = once(leaving, 'goaway');
    const codes = new Set<string>();
    let current = await connected(newGuest);
    let isRunning = true;
    let opened = 1;
    const follow = (session: ClientHttp2Session): void => {
      session.once('goaway', () => {
        void connected(newGuest).then((next) => {
          opened += 1;
          current = next;
          follow(next);
        });
      });
    };
    follow(current);
    const load = Promise.all(
      Array.from({ length: 8 }, async () => {
        // oxlint-disable no-await-in-loop, no-unmodified-loop-condition -- a steady load, ended below
        while (isRunning) {
          if (current.closed) await nextTurn();
          else codes.add(await ask(current));
        }
        // oxlint-enable no-await-in-loop, no-unmodified-loop-condition
      }),
    );
    server.transport.setTls(tlsOf(first, after));
    server.transport.renewConnections();
    await eventually('a second connection', () => opened === 2);
    await away;
    if (!leaving.destroyed) await once(leaving, 'close');
    await eventually('an answer on it', () => codes.has('0'));
    isRunning = false;
    await load;
    expect(codes).to.include('0');
    // Node's own HTTP/2 refuses calls that are on their way, as not processed.
    if (kind === 'grpc-js') codes.delete('Stream closed with error code NGHTTP2_REFUSED_STREAM');
    expect([...codes]).to.deep.equal(['0']);
    expect(await health(oldGuest)).to.equal('UNREACHABLE');
    current.destroy();
  });

  it('also applies to peers in the middle of a handshake when connections are renewed', async () => {
    const socket = connectTcp(server.transport.port ?? 0, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    const open = await connected(oldGuest); // so the connection before is accepted, too
    server.transport.setTls(tlsOf(first, after));
    server.transport.renewConnections();
    await new Promise((resolve) => socket.once('close', resolve));
    open.destroy();
  });
});

/** Asks for the server's health on an open connection. Returns the gRPC status. */
function ask(session: ClientHttp2Session): Promise<string> {
  const name = Buffer.from(AUTHORIZATION_SERVICE);
  const message = Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  return new Promise((resolve) => {
    stream.once('response', (headers) => {
      if (typeof headers['grpc-status'] === 'string') resolve(headers['grpc-status']);
    });
    stream.once('trailers', (trailers: IncomingHttpHeaders) => {
      resolve(String(trailers['grpc-status']));
    });
    stream.once('error', (error: Error) => resolve(error.message));
    stream.once('close', () => resolve(`reset ${stream.rstCode}`));
    stream.resume();
    stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]));
  });
}

async function sessionOf(options: ConnectionOptions): Promise<Buffer> {
  const socket: TLSSocket = connectTls(options);
  const [session] = (await once(socket, 'session')) as [Buffer];
  socket.destroy();
  return session;
}
