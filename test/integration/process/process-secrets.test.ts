import { expect } from 'chai';
import { Redis } from 'ioredis';
import { createCheckClient } from '../../support/requests/check-request.ts';
import type { CheckRequestParts } from '../../support/requests/check-request.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import { eventually } from '../../support/time/eventually.ts';
import { freePort } from '../../support/network/free-port.ts';
import { httpCall } from '../../support/clients/http-call.ts';
import { writeKeyFile } from '../../support/files/key-file.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';

// Each fits its place and occurs nowhere else in this repository.
const CANARIES = {
  cookie: 'c0ffee00canary1',
  header: 'c0ffee00canary2',
  bearer: 'c0ffee00canary3',
  token: 'eyJhbGciOiJFUzI1NiJ9.eyJjYW5hcnkiOjR9.c0ffee00canary4',
  path: 'c0ffee00canary5',
} as const;

const POLICIES = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
  - { name: device, header: x-session, opening: first-use, credential_lifetime: 30d }
  - { name: api, bearer: {}, opening: first-use, credential_lifetime: 30d }
  - { name: login, jwt: { issuer: https://idp.example.com, audience: a, jwks_file: JWKS, session_claim: sid, cookie: token }, credential_lifetime: 30d }
policies:
  - { name: devices, match: [{ path: /devices }], sources: [device], idle: 1h, absolute: 12h }
  - { name: apis, match: [{ path: /apis }], sources: [api], idle: 1h, absolute: 12h }
  - { name: tokens, match: [{ path: /tokens }], sources: [login], idle: 1h, absolute: 12h }
  - { name: default, sources: [web], idle: 1h, absolute: 12h }
`;

const REQUESTS: readonly CheckRequestParts[] = [
  { headers: { cookie: `sid=${CANARIES.cookie}` } },
  { headers: { cookie: `sid="${CANARIES.cookie}` } },
  { headers: { cookie: `sid=${CANARIES.cookie}; sid=${CANARIES.header}` } },
  { path: '/devices', headers: { 'x-session': CANARIES.header } },
  { path: '/devices', headers: { 'x-session': `${CANARIES.header},${CANARIES.header}` } },
  { path: '/apis', headers: { authorization: `Bearer ${CANARIES.bearer}` } },
  { path: '/apis', headers: { authorization: `Bearer ${CANARIES.bearer} ${CANARIES.bearer}` } },
  { path: '/tokens', headers: { cookie: `token=${CANARIES.token}` } },
  { path: `/reset/${CANARIES.path}?code=${CANARIES.path}` },
];

describe('secrets', function () {
  this.timeout(60_000);

  it('are in no log line, metric, probe or error, even at level debug and with a broken store', async () => {
    const redis = await startRedisServer();
    const key = await writeKeyFile();
    const jwks = await writePolicyFile('{"keys":[]}');
    const policies = await writePolicyFile(POLICIES.replace('JWKS', jwks.path));
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    const curfew = await startCurfew({
      policyPath: policies.path,
      grpcPort,
      opsPort,
      store: redis.url,
      flags: [`--key-file=${key.path}`, '--log-level=debug'],
    });
    const client = createCheckClient(`127.0.0.1:${grpcPort}`);
    const inspector = new Redis(redis.port, redis.host);
    const said: string[] = [];
    const askAll = async (): Promise<string[]> => {
      const answers = await Promise.all(REQUESTS.map((request) => client.check(request)));
      said.push(...answers.map(({ details }) => details));
      return answers.map(({ codeName }) => codeName);
    };

    await askAll();
    const sessions = await inspector.keys('curfew:1:*:session:*');
    // One for each source with opaque values, and one for the second of the two cookies.
    expect(sessions).to.have.length(4);
    // Every call of the store now fails with an error that carries its arguments.
    await Promise.all(sessions.map((name) => inspector.set(name, 'poison')));
    expect(await askAll()).to.include('UNAVAILABLE');
    inspector.disconnect();
    await redis.kill();
    await eventually('outage', async () => (await askAll()).includes('UNAVAILABLE'));
    said.push(await curfew.metrics(), (await httpCall(opsPort, '/readyz')).body);
    client.close();
    await curfew.stop();
    said.push(curfew.log());

    const everything = said.join('\n');
    expect(everything).to.contain('"event":"session_opened"').and.contain('WRONGTYPE');
    for (const canary of Object.values(CANARIES)) expect(everything).to.not.contain(canary);
    for (const name of sessions) expect(everything).to.not.contain(name.split(':').at(-1));
    await Promise.all([redis.stop(), key.remove(), jwks.remove(), policies.remove()]);
  });
});
