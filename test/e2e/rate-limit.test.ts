import { expect } from 'chai';
import { Agent } from 'node:http';
import { GRPC_STATUS, grpcSay } from '../support/clients/grpc-echo-client.ts';
import { httpCall } from '../support/clients/http-call.ts';
import type { Answer } from '../support/clients/http-call.ts';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { withRateLimit } from '../support/envoy/with-rate-limit.ts';
import { envoyOrSkip } from '../support/programs/provision-or-skip.ts';

/** The numbers of deploy/envoy/rate-limit.yaml. */
const BUCKET = 300;
const PER_SECOND = 10;
/** How many requests are on their way at a time. */
const SOCKETS = 20;
const OLDEST_ENVOY = '1.36.2';
const POLICY = `
version: 1
sources:
  - { name: web, cookie: __Host-sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: public, match: [{ path: /assets/** }], session: off }
  - { name: default, idle: 1h, absolute: 12h }
openings: { per_second: 10000, burst: 10000 }
`;

type Headers = readonly (readonly [string, string])[];

const unknown = (): Headers => [['cookie', `__Host-sid=${newCredential()}`]];

describe('deploy/envoy/rate-limit.yaml', function () {
  this.timeout(60_000);

  for (const version of [undefined, OLDEST_ENVOY]) {
    describe(`in Envoy ${version ?? 'of the other tests'}`, () => {
      let edge: Edge;

      before(async function () {
        const envoyBin = await envoyOrSkip(this, version);
        const editEnvoy = (config: string) => withRateLimit(config, '127.0.0.9/32');
        edge = await startEdge({ policy: POLICY, envoyBin, editEnvoy });
      });
      after(() => edge?.stop());

      const from = async (
        localAddress: string,
        count: number,
        headers: () => Headers = unknown,
        path = '/api/profile',
      ) => {
        const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS, localAddress });
        const beganAtMs = performance.now();
        const calls = Array.from({ length: count }, () =>
          httpCall(edge.port, path, { headers: headers(), agent }),
        );
        const answers = await Promise.all(calls);
        agent.destroy();
        const refused = answers.filter(({ status }) => status === 429);
        const refilled = ((performance.now() - beganAtMs) / 1000) * PER_SECOND;
        return { answers, refused, passed: count - refused.length, refilled };
      };
      const openings = async (): Promise<number> => {
        const page = (await edge.curfews[0]?.metrics()) ?? '';
        return Number(/^curfew_sessions_opened_total\{source="web"\} (\d+)$/m.exec(page)?.[1]);
      };

      it('limits an address that sends unknown credentials, which then opens no session', async () => {
        const before = await openings();
        const { answers, refused, passed, refilled } = await from('127.0.0.2', BUCKET + 100);
        expect(passed).to.be.within(BUCKET, BUCKET + refilled + 1);
        expect((await openings()) - before).to.equal(passed);
        expect(statusesOf(answers)).to.have.all.keys('200', '429');
        expect(refused[0]?.headers).to.include({ 'retry-after': '5', 'cache-control': 'no-store' });
      });

      it('and limits no other address meanwhile', async () => {
        const [limited, other] = await Promise.all([
          from('127.0.0.2', BUCKET),
          from('127.0.0.3', 50),
        ]);
        expect(limited.refused).to.have.length.above(BUCKET / 2);
        expect(statusesOf(other.answers)).to.deep.equal({ 200: 50 });
      });

      it('remembers it while more others come than Envoy remembers by default', async () => {
        await from('127.0.0.8', BUCKET + 50);
        const others = Array.from({ length: 25 }, (_, at) => from(`127.0.1.${at + 1}`, 1));
        await Promise.all(others);
        const { refused } = await from('127.0.0.8', BUCKET);
        expect(refused).to.have.length.above(0);
      });

      it('counts a request with four values of the cookie as four', async () => {
        const four = (): Headers => [
          ['cookie', [1, 2, 3, 4].map(() => `__Host-sid=${newCredential()}`).join('; ')],
        ];
        const { passed, refilled } = await from('127.0.0.4', BUCKET / 2, four);
        expect(passed).to.be.within(BUCKET / 4, (BUCKET + refilled) / 4 + 1);
      });

      it('counts no request without the cookie, and no plain file under session: off', async () => {
        const without = await from('127.0.0.5', BUCKET + 50, () => []);
        expect(statusesOf(without.answers)).to.deep.equal({ 401: BUCKET + 50 });
        const files = await from('127.0.0.5', BUCKET + 50, unknown, '/assets/app.js?v=1');
        expect(statusesOf(files.answers)).to.deep.equal({ 200: BUCKET + 50 });
      });

      for (const path of [
        '/assets/..;/api/profile',
        '/assets/%2e%2e;/api/profile',
        '/assets/x;y',
      ]) {
        it(`counts ${path}, which is no plain file`, async () => {
          const { refused } = await from('127.0.0.6', BUCKET * 2, unknown, path);
          expect(refused).to.have.length.above(0);
        });
      }

      it('counts the cookie by a name in another case, too, which Curfew refuses', async () => {
        const other = (): Headers => [['cookie', `__host-SID=${newCredential()}`]];
        const { refused } = await from('127.0.0.7', BUCKET * 2, other);
        expect(refused).to.have.length.above(0);
      });

      it('gives an address that many people share its own bucket', async () => {
        const { answers } = await from('127.0.0.9', BUCKET * 2);
        expect(statusesOf(answers)).to.deep.equal({ 200: BUCKET * 2 });
      });

      it('answers a gRPC client with RESOURCE_EXHAUSTED', async () => {
        await from('127.0.0.1', BUCKET + 50);
        // The bucket is being filled meanwhile, so more than one asks.
        const calls = Array.from({ length: SOCKETS }, () =>
          grpcSay(edge.port, { cookie: unknown()[0]?.[1] ?? '' }),
        );
        const codes = (await Promise.all(calls)).map(({ code }) => code);
        expect(codes).to.include(GRPC_STATUS.RESOURCE_EXHAUSTED);
        const others = codes.filter((code) => code !== GRPC_STATUS.RESOURCE_EXHAUSTED);
        expect(others).to.deep.equal(others.map(() => GRPC_STATUS.OK));
      });
    });
  }

  describe('behind a load balancer', () => {
    let edge: Edge;

    before(async function () {
      await envoyOrSkip(this);
      const own = 'use_remote_address: true';
      const editEnvoy = (config: string) =>
        withRateLimit(config).replace(own, `${own}\n${' '.repeat(16)}xff_num_trusted_hops: 1`);
      edge = await startEdge({ policy: POLICY, editEnvoy });
    });
    after(() => edge?.stop());

    const statusFor = async (address: string): Promise<number> => {
      const headers = [...unknown(), ['x-forwarded-for', address]] as const;
      return (await httpCall(edge.port, '/api/profile', { headers })).status;
    };

    it('counts IPv6 addresses by their first 64 bits, and by nothing that a client wrote', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
      const network = '2001:db8:0:1';
      const calls = Array.from({ length: BUCKET + 100 }, (_, at) =>
        httpCall(edge.port, '/api/profile', {
          agent,
          headers: [
            ...unknown(),
            ['x-forwarded-for', `198.51.100.${at % 250}, ${network}::${at.toString(16)}`],
          ],
        }),
      );
      const answers = await Promise.all(calls);
      agent.destroy();
      expect(statusesOf(answers)[429]).to.be.above(50);
      expect(await statusFor('2001:db8:0:2::1')).to.equal(200);
      expect(await statusFor('198.51.100.1')).to.equal(200);
    });
  });
});

function statusesOf(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
