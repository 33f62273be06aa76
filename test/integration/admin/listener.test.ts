import { expect } from 'chai';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { noNotes } from '../../../src/admin/call-notes.ts';
import { ADMIN_LIMITS } from '../../../src/admin/server/admin-limits.ts';
import { startAdminServer } from '../../../src/admin/server/admin-server.ts';
import type { AdminServer } from '../../../src/admin/server/admin-server.ts';
import type { AdminObservation } from '../../../src/admin/admin-observer.ts';
import { jsonAnswer, problemAnswer } from '../../../src/admin/wire/answers.ts';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import { httpCall } from '../../support/clients/http-call.ts';
import { startAdminWorld } from '../../support/admin/admin-world.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import { freePort } from '../../support/network/free-port.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import { eventually } from '../../support/time/eventually.ts';

const POLICIES = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

describe('the listener of administration', function () {
  this.timeout(60_000);
  let server: AdminServer;
  let port: number;
  let observed: AdminObservation[];
  /** Answers to `/slow` wait for this. */
  let release: () => void;
  let waiting: number;

  beforeEach(async () => {
    observed = [];
    waiting = 0;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    server = await startAdminServer({
      address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      tls: undefined,
      isCertificateRequired: false,
      ask: async (url, _method, exchange) => {
        const { pathname } = new URL(url);
        if (pathname === '/throws') throw new Error('a bug with a secret');
        try {
          if (exchange.hasBody) await exchange.readBody();
        } catch (error) {
          return problemAnswer(error as Error, noNotes());
        }
        if (pathname === '/slow') {
          waiting += 1;
          await released;
        }
        if (pathname === '/large') return jsonAnswer(200, { x: 'x'.repeat(16 * 1024 * 1024) });
        return jsonAnswer(200, { pathname });
      },
      observer: { called: (one) => void observed.push(one) },
      monotonicMs: () => performance.now(),
    });
    port = server.address.kind === 'tcp' ? server.address.port : 0;
  });
  afterEach(() => server.close());

  const open = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  const closedAfterMs = async (socket: Socket): Promise<number> => {
    const startedAtMs = performance.now();
    socket.resume();
    await once(socket, 'close');
    return performance.now() - startedAtMs;
  };
  const REQUEST = 'GET /a HTTP/1.1\r\nhost: a\r\n\r\n';

  it('cuts a client that never finishes its head, or its body', async () => {
    const [silent, slowHead, slowBody] = await Promise.all([open(), open(), open()]);
    slowHead.write('GET /a HTTP/1.1\r\nhost: a\r\n');
    slowBody.write('POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n123');
    const drip = setInterval(() => slowHead.write('x: y\r\n'), 1_000);
    const times = await Promise.all([silent, slowHead, slowBody].map(closedAfterMs));
    clearInterval(drip);
    const latestMs = ADMIN_LIMITS.requestMaxMs + 2 * ADMIN_LIMITS.checkConnectionsMs + 1_000;
    for (const ms of times) expect(ms).to.be.below(latestMs);
  });

  it('cuts a client that never reads its answer', async () => {
    const socket = await open();
    socket.write('GET /large HTTP/1.1\r\nhost: a\r\n\r\n');
    const startedAtMs = performance.now();
    const cutMs = 2 * ADMIN_LIMITS.answerPauseMaxMs + 2_000;
    // Only to see that it was closed.
    setTimeout(() => socket.resume(), cutMs);
    await once(socket, 'close');
    // Without the limit it would be twice `pauseMaxMs`.
    expect(performance.now() - startedAtMs).to.be.below(ADMIN_LIMITS.pauseMaxMs);
  });

  it('refuses a head that is too large, or has too many lines', async () => {
    const long = `x: ${'y'.repeat(ADMIN_LIMITS.headerMaxBytes)}\r\n`;
    const socket = await open();
    const answer = once(socket, 'data') as Promise<[Buffer]>;
    socket.write(`GET /a HTTP/1.1\r\nhost: a\r\n${long}\r\n`);
    const [data] = await answer;
    expect(data.toString()).to.match(/^HTTP\/1\.1 431 /);
    socket.destroy();
    // A token of an SSO fits.
    const headers = [['authorization', `Bearer ${'t'.repeat(16_384)}`]] as const;
    expect((await httpCall(port, '/a', { headers })).status).to.equal(200);
  });

  it('takes only so many connections', async () => {
    const sockets: Socket[] = [];
    for (let i = 0; i < ADMIN_LIMITS.connectionsMax; i += 1) {
      // oxlint-disable-next-line no-await-in-loop
      sockets.push(await open());
    }
    const over = await open();
    over.write(REQUEST);
    over.resume();
    await once(over, 'close');
    for (const socket of sockets) socket.destroy();
    await eventually('room', async () => (await httpCall(port, '/a')).status === 200);
  });

  it('refuses a call beyond so many in flight at once, and takes calls again after them', async () => {
    const calls = Array.from({ length: ADMIN_LIMITS.inFlightMax }, () => httpCall(port, '/slow'));
    await eventually('all in flight', () => waiting === ADMIN_LIMITS.inFlightMax);
    const refused = await httpCall(port, '/a');
    expect(refused.status).to.equal(503);
    expect(refused.headers['retry-after']).to.equal('1');
    expect(JSON.parse(refused.body)).to.include({ code: 'overloaded' });
    release();
    expect(new Set((await Promise.all(calls)).map(({ status }) => status))).to.deep.equal(
      new Set([200]),
    );
    expect((await httpCall(port, '/a')).status).to.equal(200);
  });

  it('answers a bug with nothing of it, and reports it', async () => {
    const { status, body } = await httpCall(port, '/throws');
    expect(status).to.equal(500);
    expect(body).to.not.contain('secret');
    await eventually('the observation', () => observed.length === 1);
    expect(observed[0]?.fault?.message).to.equal('a bug with a secret');
    expect(observed[0]?.result).to.equal('failed');
  });

  it('ends the connection of a sender whose body it does not read', async () => {
    const socket = await open();
    const text = `POST /throws HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n`;
    const answer = once(socket, 'data') as Promise<[Buffer]>;
    socket.write(text);
    expect((await answer)[0].toString()).to.match(/connection: close/i);
    expect(await closedAfterMs(socket)).to.be.below(2_000);
  });

  it('answers requests of one connection in their order', async () => {
    const socket = await open();
    let text = '';
    socket.on('data', (data: Buffer) => (text += data.toString()));
    socket.write(['/one', '/two', '/three'].map((path) => REQUEST.replace('/a', path)).join(''));
    await eventually('three answers', () => text.includes('/three'));
    expect(text.indexOf('/one')).to.be.below(text.indexOf('/two'));
    expect(text.indexOf('/two')).to.be.below(text.indexOf('/three'));
    socket.destroy();
  });

  it('answers what is in flight before it closes, and accepts nothing new', async () => {
    const idle = await open();
    const call = httpCall(port, '/slow');
    await eventually('the call in flight', () => waiting === 1);
    const closed = server.close();
    const refused = await httpCall(port, '/a').then(
      () => 'answered',
      () => 'refused',
    );
    expect(refused).to.equal('refused');
    release();
    expect((await call).status).to.equal(200);
    const startedAtMs = performance.now();
    await closed;
    expect(performance.now() - startedAtMs).to.be.below(1_000);
    idle.destroy();
  });

  it('cuts what takes too long when it closes', async () => {
    const call = httpCall(port, '/slow').then(
      () => 'answered',
      () => 'cut',
    );
    await eventually('the call in flight', () => waiting === 1);
    const startedAtMs = performance.now();
    await server.close();
    expect(performance.now() - startedAtMs).to.be.below(ADMIN_LIMITS.closeMaxMs + 1_000);
    expect(await call).to.equal('cut');
    release();
  });
});

describe('the listener of administration with TLS', () => {
  const authority = createAuthority('admins');
  const own = authority.issue();
  const guest = authority.issue({ commonName: 'ops-console' });
  let server: AdminServer;
  let port: number;
  let release: () => void;
  let asked: number;

  beforeEach(async () => {
    asked = 0;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    server = await startAdminServer({
      address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      tls: {
        certificate: Buffer.from(own.cert),
        key: Buffer.from(own.key),
        clientCa: Buffer.from(authority.cert),
      },
      isCertificateRequired: false,
      ask: async (_url, _method, { shown }) => {
        asked += 1;
        await released;
        return jsonAnswer(200, { name: shown.certificateName ?? 'none' });
      },
      observer: { called: () => undefined },
      monotonicMs: () => performance.now(),
    });
    port = server.address.kind === 'tcp' ? server.address.port : 0;
  });
  afterEach(() => server.close());

  it('forgets the certificate of a connection that is in use when authorities are renewed', async () => {
    const { cert, key } = guest;
    const socket = connectTls({ port, host: '127.0.0.1', ca: authority.cert, cert, key });
    await once(socket, 'secureConnect');
    let text = '';
    socket.on('data', (data: Buffer) => (text += data.toString()));
    const request = 'GET /a HTTP/1.1\r\nhost: a\r\n\r\n';
    socket.write(request);
    // The call has begun, with the name that it was shown.
    await eventually('the call', () => asked === 1);
    server.renewConnections();
    release();
    await eventually('the first answer', () => text.includes('"ops-console"'));
    socket.write(request);
    await eventually('the second answer', () => text.includes('"none"') || socket.destroyed);
    expect(text.match(/"ops-console"/g)).to.have.lengthOf(1);
    socket.destroy();
  });

  it('ends handshakes that began with the old authorities', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.resume();
    // By itself it would end only after five seconds. The server may not have accepted it yet.
    const isClosed = (): boolean => {
      server.renewConnections();
      return socket.destroyed;
    };
    await eventually('the end of the handshake', isClosed, 2_000);
    release();
  });
});

describe('administration in a process', function () {
  this.timeout(60_000);

  it('answers until the process stops, and lets it stop in order', async () => {
    const world = await startAdminWorld({ policies: POLICIES });
    expect((await world.get('/v1/status')).json).to.include({ ready: true });
    world.curfew.signal('SIGTERM');
    expect(await world.curfew.ended()).to.equal(0);
    expect(world.curfew.log()).to.contain('"event":"stopped"');
    await world.close();
  });

  it('is off without callers, so that nothing listens there', async () => {
    const world = await startAdminWorld({ policies: POLICIES });
    expect(world.curfew.log()).to.contain(`"admin_address":"127.0.0.1:${world.adminPort}"`);
    await world.close();
    const file = await writePolicyFile(POLICIES);
    const curfew = await startCurfew({
      policyPath: file.path,
      grpcPort: await freePort(),
      opsPort: await freePort(),
    });
    expect(curfew.log()).to.not.contain('admin_address');
    await curfew.stop();
    await file.remove();
  });
});
