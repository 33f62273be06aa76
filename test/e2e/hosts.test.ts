import { expect } from 'chai';
import { accessLogEntry } from '../support/envoy/access-log.ts';
import { withHosts } from '../support/envoy/edge-config.ts';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { httpCall } from '../support/clients/http-call.ts';
import { envoyOrSkip } from '../support/programs/provision-or-skip.ts';

const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: pay, match: [{ host: pay.test }], idle: 5m, absolute: 8h }
  - { name: default, idle: 1h, absolute: 12h }
`;

describe('a policy for a host, behind the production Envoy', () => {
  let edge: Edge;

  before(async function () {
    await envoyOrSkip(this);
    const editEnvoy = (config: string) => withHosts(config, ['pay.test', 'shop.test']);
    edge = await startEdge({ policy: POLICY, editEnvoy });
  });

  after(() => edge?.stop());

  const ask = (host: string, path: string) =>
    httpCall(edge.port, path, { host, headers: [['cookie', `sid=${newCredential()}`]] });

  const spellings = ['pay.test', 'PAY.TEST', 'pay.test:443', 'pay.test:8443', 'pay.test.'];
  for (const [index, host] of [...spellings, 'pay.test.:8443'].entries()) {
    it(`judges ${host}, and the application gets the same host`, async () => {
      const path = `/api/echo/${index}`;
      const answer = await ask(host, path);
      expect(answer.status).to.equal(200);
      expect(answer.body.toLowerCase()).to.include('["host","pay.test"]');
      expect((await accessLogEntry(edge.envoy, path)).curfew).to.include({ policy: 'pay' });
    });
  }

  it('judges another host of the application by its own policy', async () => {
    expect((await ask('shop.test', '/api/echo/shop')).status).to.equal(200);
    const { curfew } = await accessLogEntry(edge.envoy, '/api/echo/shop');
    expect(curfew).to.include({ policy: 'default' });
  });

  it('is not passed by a host that the file does not name', async () => {
    for (const host of ['other.test', 'pay.test.other.test', '127.0.0.1']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect((await ask(host, '/api/echo/other')).status, host).to.equal(404);
    }
  });
});
