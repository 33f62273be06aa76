import { expect } from 'chai';
import { accessLogEntry } from '../support/envoy/access-log.ts';
import { httpCall, NAVIGATION } from '../support/clients/http-call.ts';
import type { Answer } from '../support/clients/http-call.ts';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { writeKeyFile } from '../support/files/key-file.ts';
import type { KeyFile } from '../support/files/key-file.ts';
import { envoyOrSkip, redisServerOrSkip } from '../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../support/redis/redis-server.ts';
import type { RedisServer } from '../support/redis/redis-server.ts';
import { onEachTransport } from '../support/transport/each-transport.ts';

const HOST = 'app.test';
const LOGIN = 'https://login.test/?rd={return_to}&reason={reason}';
const POLICY = `
version: 1
host_ports: ignored
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
policies:
  - { name: out, match: [{ path: /api/logout, methods: [POST] }], ends_session: true,
      cors_origins: ['https://shop.test'] }
  - { name: default, idle: 1h, absolute: 12h, login_url: '${LOGIN}' }
`;

type Header = readonly [name: string, value: string];

onEachTransport('the logout of an application', ({ kind: transport }) => {
  let redis: RedisServer;
  let keys: KeyFile;
  let edge: Edge;

  before(async function () {
    await envoyOrSkip(this);
    await redisServerOrSkip(this);
    redis = await startRedisServer();
    keys = await writeKeyFile();
    const flags = [`--key-file=${keys.path}`];
    edge = await startEdge({ policy: POLICY, store: redis.url, flags, transport, replicas: 3 });
  });

  after(async () => {
    await edge?.stop();
    await redis?.stop();
    await keys?.remove();
  });

  const ask = (sid: string, path = '/api/echo', more: readonly Header[] = [], method = 'GET') =>
    httpCall(edge.port, path, { host: HOST, method, headers: [['cookie', `sid=${sid}`], ...more] });
  const signOut = (sid: string, more: readonly Header[] = [], path = '/api/logout') =>
    ask(sid, path, more, 'POST');
  /** The application's own answer: it has no such page, and shows that the request came to it. */
  const cameThrough = ({ status }: Answer): boolean => status === 404;

  /** By any of the replicas, several times each. */
  async function expectSignedOut(sid: string): Promise<void> {
    for (let i = 0; i < 9; i += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that each replica is asked
      const { status, body } = await ask(sid);
      expect(status).to.equal(401);
      expect(JSON.parse(body)).to.include({ reason: 'signed_out' });
    }
  }

  async function newSession(): Promise<string> {
    const sid = newCredential();
    expect((await ask(sid)).status).to.equal(200);
    return sid;
  }

  it('comes to the application, and ends the session on every replica from the next check on', async () => {
    const sid = await newSession();
    expect(await signOut(sid)).to.satisfy(cameThrough);
    await expectSignedOut(sid);
    const entry = await accessLogEntry(edge.envoy, '/api/logout');
    expect(entry.curfew).to.include({ verdict: 'allow', reason: 'ok', policy: 'out' });
  });

  it('tells a person the reason on the way to the login', async () => {
    const sid = await newSession();
    await signOut(sid, [['sec-fetch-site', 'same-origin']]);
    const { status, headers } = await ask(sid, '/profile', NAVIGATION);
    expect(status).to.equal(302);
    expect(headers.location).to.include('reason=signed_out');
  });

  it('also ends it for a page of a listed origin, and for no other one', async () => {
    const sid = await newSession();
    const from = (origin: string): readonly Header[] => [
      ['sec-fetch-site', 'cross-site'],
      ['origin', origin],
    ];
    expect(await signOut(sid, from('https://evil.test'))).to.satisfy(cameThrough);
    expect((await ask(sid)).status).to.equal(200);
    expect(await signOut(sid, from('https://shop.test'))).to.satisfy(cameThrough);
    await expectSignedOut(sid);
  });

  it('ends nothing for a prefetch and for an image', async () => {
    const sid = await newSession();
    await signOut(sid, [['sec-purpose', 'prefetch']]);
    await signOut(sid, [['sec-fetch-dest', 'image']]);
    expect((await ask(sid)).status).to.equal(200);
  });

  it('ends it however the path is spelled that the application reads', async () => {
    for (const path of ['/api/x/../logout', '/api/%6cogout', '/api/LOGOUT', '//api/logout/']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const sid = await newSession();
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await signOut(sid, [], path);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await expectSignedOut(sid);
    }
  });

  it('of a credential that was not seen yet keeps it from opening a session', async () => {
    const sid = newCredential();
    expect(await signOut(sid)).to.satisfy(cameThrough);
    await expectSignedOut(sid);
  });

  it('comes to the application without its credential if the session had ended before', async () => {
    const sid = await newSession();
    await signOut(sid);
    expect(await signOut(sid)).to.satisfy(cameThrough);
    const entry = await accessLogEntry(edge.envoy, '/api/logout', 'session_absent');
    expect(entry.curfew).to.include({ verdict: 'allow' });
  });
});
