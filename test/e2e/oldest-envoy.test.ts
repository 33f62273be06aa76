import { expect } from 'chai';
import { onEachTransport } from '../support/transport/each-transport.ts';
import { newCredential, startEdge, type Edge } from '../support/envoy/edge.ts';
import { GRPC_STATUS, grpcSay } from '../support/clients/grpc-echo-client.ts';
import { httpCall, NAVIGATION, type Answer } from '../support/clients/http-call.ts';
import { envoyOrSkip } from '../support/programs/provision-or-skip.ts';

const OLDEST_ENVOY = '1.36.2';
const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
policies:
  - { name: brief, match: [{ path: /events }], absolute: 1500ms, idle: 1500ms }
  - { name: default, idle: 1h, absolute: 12h, login_url: 'https://login.test/?rd={return_to}', expose_lifetime: true }
`;

onEachTransport(`the oldest Envoy that is supported, ${OLDEST_ENVOY}`, ({ kind: transport }) => {
  let edge: Edge;

  before(async function () {
    this.timeout(120_000);
    const envoyBin = await envoyOrSkip(this, OLDEST_ENVOY);
    // `timeout: 0s` is the hard case: this Envoy then reports that the time for the check is over before it began.
    const editEnvoy = (config: string): string => {
      const edited = config.replace('timeout: 0.25s', 'timeout: 0s');
      expect(edited).not.to.equal(config);
      return edited;
    };
    edge = await startEdge({ policy: POLICY, transport, envoyBin, editEnvoy });
  });

  after(() => edge?.stop());

  const call = (path: string, headers: readonly (readonly [string, string])[]): Promise<Answer> =>
    httpCall(edge.port, path, { headers });

  it('lets a session pass, and sends its remaining time', async () => {
    const answer = await call('/api/echo', [['cookie', `sid=${newCredential()}`]]);
    expect(answer.status).to.equal(200);
    expect(answer.headers['session-lifetime']).to.equal('idle=3600, absolute=43200');
  });

  it('refuses a script by 401 and a browser by a redirect', async () => {
    expect((await call('/api/echo', [])).status).to.equal(401);
    const answer = await call('/page', NAVIGATION);
    expect(answer.status).to.equal(302);
    expect(answer.headers.location).to.equal('https://login.test/?rd=%2Fpage');
  });

  it('refuses a gRPC client by status 16', async () => {
    const { code } = await grpcSay(edge.port, {});
    expect(code).to.equal(GRPC_STATUS.UNAUTHENTICATED);
  });

  it('cuts a stream at the end of its session', async () => {
    const startedAtMs = performance.now();
    const cut = await call('/events', [
      ['cookie', `sid=${newCredential()}`],
      ['accept', 'text/event-stream'],
    ]).catch((fault: unknown) => fault);
    expect(cut).to.be.instanceOf(Error);
    expect(performance.now() - startedAtMs).to.be.above(1_400);
  });
});
