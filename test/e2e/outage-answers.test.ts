import { expect } from 'chai';
import { accessLogEntry } from '../support/envoy/access-log.ts';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { GRPC_STATUS, grpcSay } from '../support/clients/grpc-echo-client.ts';
import { NAVIGATION, httpCall } from '../support/clients/http-call.ts';
import type { CallOptions } from '../support/clients/http-call.ts';
import { envoyOrSkip } from '../support/programs/provision-or-skip.ts';

const OLDEST_ENVOY = '1.36.2';
const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h, login_url: 'https://login.test/?rd={return_to}' }
`;
const EVENT_STREAM = ['accept', 'text/event-stream'] as const;
const BOTH = ['accept', 'application/json, text/event-stream'] as const;

for (const version of [undefined, OLDEST_ENVOY]) {
  describe(`an outage, as the production Envoy${version === undefined ? '' : ` ${version}`} answers it`, () => {
    let edge: Edge;

    before(async function () {
      const envoyBin = await envoyOrSkip(this, version);
      edge = await startEdge({ policy: POLICY, envoyBin });
      const verdict = await httpCall(edge.port, '/events', { headers: [EVENT_STREAM] });
      expect(verdict.status).to.equal(401); // a verdict is sent as it is
      await edge.curfews[0]?.stop();
    });

    after(() => edge?.stop());

    const call = (path: string, { headers = [], method = 'GET' }: CallOptions = {}) =>
      httpCall(edge.port, path, {
        method,
        headers: [['cookie', `sid=${newCredential()}`], ...headers],
      });

    for (const [kind, accept] of [
      ['an EventSource', EVENT_STREAM],
      ['a client that also takes JSON', BOTH],
    ] as const) {
      it(`keeps ${kind} trying: a stream that ends, with the time of the next try`, async () => {
        const answer = await call('/events', { headers: [accept] });
        expect(answer.status).to.equal(200);
        expect(answer.headers['content-type']).to.equal('text/event-stream');
        expect(answer.headers['cache-control']).to.equal('no-store');
        expect(answer.body).to.equal('retry: 3000\n\n');
      });
    }

    it('shows that a POST has failed, whatever it accepts', async () => {
      const answer = await call('/mcp', { method: 'POST', headers: [BOTH] });
      expect(answer).to.deep.include({ status: 503, body: '' });
    });

    it('shows a person a page that does not speak of a logout as one', async () => {
      const answer = await call('/reports', { headers: NAVIGATION });
      expect(answer.status).to.equal(503);
      expect(answer.headers['content-type']).to.equal('text/html; charset=utf-8');
      expect(answer.headers['cache-control']).to.equal('no-store');
      expect(answer.headers).not.to.have.any.keys('set-cookie', 'www-authenticate', 'location');
      expect(answer.body).to.match(/^<!doctype html>\n<html lang="en">/);
      expect(answer.body).to.include('You have not been signed out.');
      const { flags, details } = await accessLogEntry(edge.envoy, '/reports');
      expect({ flags, details }).to.deep.equal({ flags: 'UAEX', details: 'ext_authz_error' });
    });

    it('answers a program with an empty 503', async () => {
      const answer = await call('/api/profile', { headers: [['accept', '*/*']] });
      expect(answer).to.deep.include({ status: 503, body: '' });
    });

    it('answers a gRPC client with status 14', async () => {
      const { code } = await grpcSay(edge.port, { cookie: `sid=${newCredential()}` });
      expect(code).to.equal(GRPC_STATUS.UNAVAILABLE);
    });
  });
}
