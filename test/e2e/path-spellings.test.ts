import { expect } from 'chai';
import { onEachTransport } from '../support/transport/each-transport.ts';
import { startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { httpCall } from '../support/clients/http-call.ts';
import { envoyOrSkip } from '../support/programs/provision-or-skip.ts';

// Paths below /open need no session; all others do.
const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: open, match: [{ path: /open/** }], session: off }
  - { name: routed, match: [{ context: { tier: sensitive } }], idle: 5m, absolute: 8h }
  - { name: default, idle: 1h, absolute: 12h }
`;

// 404 is the application's own answer: the request reached it. 401 is Curfew's, 400 Envoy's.
const spellings = [
  ['/open', 404],
  ['/open/', 404],
  ['/open/page', 404],
  ['/open/page?to=/../secret', 404],
  ['/%6fpen/page', 404],
  ['/open/pa%20ge', 404],
  ['/secret', 401],
  ['/openly', 401],
  ['/open/../secret', 401],
  ['/open/%2e%2e/secret', 401],
  ['/open/.%2E/secret', 401],
  ['/open/x/../../secret', 401],
  ['/open//../secret', 404], // Envoy makes it /open/secret, by RFC 3986, and this arrives
  ['//open/page', 404],
  ['/open/%2E%2E%2fsecret', 400],
  ['/open%2f..%2fsecret', 400],
  ['/open%5c..%5csecret', 400],
  ['/open\\..\\secret', 401],
  ['/open/..;/secret', 401],
  ['/open;x=1/page', 401],
  ['/open/page;x=1', 404],
  ['/open/%252e%252e/secret', 401],
  ['/open/%3f/secret', 404],
  ['/open/%23', 404],
  ['/open/%zz', 404],
  ['/open/%', 404],
  ['/open/%00', 400],
  ['/open/%c0%af', 404],
  ['/OPEN/page', 401],
  ['/Open/page', 401],
  ['http://app.test/open/page', 404],
  ['http://app.test/secret', 401],
  ['/payments', 401],
  ['/%70ayments', 401],
] as const;

onEachTransport('a path through Envoy, without a session', ({ kind: transport }) => {
  let edge: Edge;

  before(async function () {
    await envoyOrSkip(this);
    edge = await startEdge({ policy: POLICY, transport });
  });

  after(() => edge?.stop());

  for (const [path, status] of spellings) {
    it(`${path} is answered ${status}`, async () => {
      const answer = await httpCall(edge.port, path, { host: 'app.test' });
      expect(answer.status).to.equal(status);
    });
  }

  it('is refused with an underscore in a header name', async () => {
    const headers = [['x_session', 'a']] as const;
    const answer = await httpCall(edge.port, '/open/page', { host: 'app.test', headers });
    expect(answer.status).to.equal(400);
  });
});
