import { expect } from 'chai';
import { Agent } from 'node:http';
import { onEachTransport } from '../support/transport/each-transport.ts';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { eventually } from '../support/time/eventually.ts';
import { httpCall } from '../support/clients/http-call.ts';
import type { Answer } from '../support/clients/http-call.ts';
import { envoyOrSkip } from '../support/programs/provision-or-skip.ts';
import { startLoad } from '../support/clients/steady-load.ts';

const policy = (reports: string): string => `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: reports, match: [{ path: /reports/** }], ${reports} }
  - { name: default, idle: 1h, absolute: 12h }
`;

onEachTransport('a policy file that changes under traffic', ({ kind: transport }) => {
  let edge: Edge;

  before(async function () {
    await envoyOrSkip(this);
    edge = await startEdge({ policy: policy('session: off'), transport });
  });

  after(() => edge?.stop());

  const report = (): Promise<Answer> => httpCall(edge.port, '/reports/1', { host: 'app.test' });
  const metric = async (line: RegExp): Promise<boolean> =>
    line.test((await edge.curfews[0]?.metrics()) ?? '');

  it('is used within moments; with an invalid file the last good one stays, and no request fails', async function () {
    this.timeout(60_000);
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const headers = [['cookie', `sid=${newCredential()}`]] as const;
    const load = startLoad(50, () => httpCall(edge.port, '/api/profile', { headers, agent }));

    expect((await report()).status).to.equal(404); // by the application
    await edge.policyFile.replace(policy('idle: 5m, absolute: 8h'));
    await eventually('guarded reports', async () => (await report()).status === 401, 3_000);

    await edge.policyFile.replace(policy('idle: 9h, absolute: 8h'));
    const failed = /^curfew_config_last_reload_successful 0$/m;
    await eventually('red metric', () => metric(failed), 3_000);
    expect(edge.curfews[0]?.log()).to.match(/curfew\.yaml:\d+:\d+/);
    expect((await report()).status).to.equal(401);

    await edge.policyFile.replace(policy('session: off'));
    await eventually('open reports', async () => (await report()).status === 404, 3_000);
    expect(await metric(/^curfew_config_last_reload_successful 1$/m)).to.equal(true);

    await eventually('requests', () => load.report().sent > 100);
    const { failures } = await load.stop();
    agent.destroy();
    expect(failures).to.deep.equal([]);
  });
});
