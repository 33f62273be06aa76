import { expect } from 'chai';
import { onEachTransport } from '../support/each-transport.ts';
import { startEdge } from '../support/edge.ts';
import type { Edge } from '../support/edge.ts';
import { httpCall } from '../support/http-call.ts';
import { envoyOrSkip } from '../support/provision.ts';

// Everything below /open needs no session; the rest does.
const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: open, match: [{ path: /open/** }], session: off }
  - { name: routed, match: [{ context: { tier: sensitive } }], idle: 5m, absolute: 8h }
  - { name: default, idle: 1h, absolute: 12h }
`;

// 404 is the application's own answer: the request has reached it. 401 is Curfew's, 400 Envoy's.
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
  ['/open//../secret', 404], // Envoy makes /open/secret of it, by RFC 3986, and that is what arrives
  ['//open/page', 404],
  ['/open/%2E%2E%2fsecret', 400],
  ['/open%2f..%2fsecret', 400],
  ['/open%5c..%5csecret', 400],
  ['/open\\..\\secret', 401],
  ['/open/..;/secret', 401],
  ['/open;x=1/page', 401],
  ['/open/page;x=1', 401],
  ['/open/%252e%252e/secret', 401],
  ['/open/%3f/secret', 401],
  ['/open/%23', 401],
  ['/open/%zz', 401],
  ['/open/%', 401],
  ['/open/%00', 400],
  ['/open/%c0%af', 401],
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

  it('has a header name with an underscore refused', async () => {
    const headers = [['x_session', 'a']] as const;
    const answer = await httpCall(edge.port, '/open/page', { host: 'app.test', headers });
    expect(answer.status).to.equal(400);
  });
});
