import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { TRANSPORTS } from '../../../src/transport/start-transport.ts';
import type { TransportKind } from '../../../src/transport/start-transport.ts';
import { createCheckClient } from '../../support/requests/check-request.ts';
import type { CheckClient } from '../../support/requests/check-request.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import { eventually } from '../../support/time/eventually.ts';
import { freePort } from '../../support/network/free-port.ts';
import { startOtlpCollector, STATUS } from '../../support/otlp/otlp-collector.ts';
import type { CollectedSpan, OtlpCollector } from '../../support/otlp/otlp-collector.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import type { PolicyFile } from '../../support/files/policy-file.ts';

const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

type Header = readonly [name: string, value: string];

/** A caller's span. */
function newCaller(flags = '01') {
  const [traceId, spanId] = [hex(16), hex(8)];
  const traceparent: Header = ['traceparent', `00-${traceId}-${spanId}-${flags}`];
  return { traceId, spanId, traceparent };
}

interface Scene {
  readonly curfew: Curfew;
  readonly client: CheckClient;
  /** Asks with these headers of the call, and returns the span of the check. */
  spanOf(...metadata: readonly Header[]): Promise<CollectedSpan>;
}

describe('tracing', () => {
  let collector: OtlpCollector;
  let policyFile: PolicyFile;

  before(async () => {
    policyFile = await writePolicyFile(POLICY);
  });
  after(() => policyFile.remove());
  beforeEach(async () => {
    collector = await startOtlpCollector();
  });
  afterEach(() => collector.stop());

  /** Runs a Curfew with this collector and these variables. */
  async function served(
    env: NodeJS.ProcessEnv,
    then: (scene: Scene) => Promise<void>,
    transport: TransportKind = 'fast',
  ): Promise<void> {
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    const curfew = await startCurfew({
      policyPath: policyFile.path,
      grpcPort,
      opsPort,
      transport,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.httpUrl,
        OTEL_BSP_SCHEDULE_DELAY: '20',
        ...env,
      },
    });
    const client = createCheckClient(`127.0.0.1:${grpcPort}`);
    const spanOf = async (...metadata: readonly Header[]): Promise<CollectedSpan> => {
      const before = collector.spans.length;
      const { codeName } = await client.check({ headers: { cookie: 'sid=abc' } }, { metadata });
      expect(codeName).to.equal('OK');
      return eventually('span of the check', () => collector.spans[before]);
    };
    try {
      await then({ curfew, client, spanOf });
    } catch (error) {
      throw new Error(curfew.log(), { cause: error });
    } finally {
      client.close();
      await curfew.stop();
    }
  }

  for (const transport of TRANSPORTS) {
    it(`continues the caller's trace, call by call, and begins one if there is none (${transport})`, () =>
      served(
        {},
        async ({ spanOf }) => {
          for (const caller of [newCaller(), newCaller(), newCaller('03')]) {
            // oxlint-disable-next-line no-await-in-loop -- one after the other
            const span = await spanOf(caller.traceparent, ['tracestate', 'a=b']);
            expect(span).to.include({ traceId: caller.traceId, parentId: caller.spanId });
          }
          const [one, other] = [newCaller(), newCaller()];
          const broken: Header = ['traceparent', `00-${one.traceId}-${one.spanId}`];
          for (const headers of [[], [broken], [one.traceparent, other.traceparent]]) {
            // oxlint-disable-next-line no-await-in-loop
            const span = await spanOf(...headers);
            expect(span.parentId).to.equal('');
            expect([one.traceId, other.traceId]).to.not.include(span.traceId);
          }
        },
        transport,
      ));

    it(`uses gRPC and b3 if they are configured (${transport})`, () => {
      const env = {
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.grpcPort}`,
        OTEL_PROPAGATORS: 'b3',
        OTEL_SERVICE_NAME: 'sessions',
      };
      return served(
        env,
        async ({ spanOf }) => {
          const { traceId, spanId, traceparent } = newCaller();
          const single = await spanOf(['b3', `${traceId}-${spanId}-1`]);
          expect(single).to.include({ traceId, parentId: spanId, service: 'sessions' });
          const several = await spanOf(
            ['x-b3-traceid', traceId],
            ['x-b3-spanid', spanId],
            ['x-b3-sampled', '1'],
          );
          expect(several).to.include({ traceId, parentId: spanId });
          expect(await spanOf(traceparent)).to.include({ parentId: '' });
        },
        transport,
      );
    });
  }

  it('does not trace what its caller or its sampler leaves out', async function () {
    this.timeout(60_000); // it starts three processes
    const markedBy = newCaller();
    await served({}, async ({ client, spanOf }) => {
      await client.check({}, { metadata: [newCaller('00').traceparent] });
      await client.check({}, { metadata: [newCaller('02').traceparent] });
      expect(await spanOf(markedBy.traceparent)).to.include({ parentId: markedBy.spanId });
    });
    await served({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, async ({ client, spanOf }) => {
      await client.check({}); // it has no trace
      expect(await spanOf(markedBy.traceparent)).to.include({ parentId: markedBy.spanId });
    });
    await served({ OTEL_TRACES_SAMPLER: 'always_on' }, async ({ spanOf }) => {
      const caller = newCaller('00');
      expect(await spanOf(caller.traceparent)).to.include({ parentId: caller.spanId });
    });
    expect(collector.spans).to.have.lengthOf(3);
  });

  it('shows a request that cannot be read as an error', () =>
    served({}, async ({ client }) => {
      expect((await client.send(Buffer.from([0xff]))).codeName).to.equal('INVALID_ARGUMENT');
      const span = await eventually('span of the call', () => collector.spans[0]);
      expect(span.status).to.equal(STATUS.error);
      expect(span.attributes).to.include({ 'error.type': 'INVALID_ARGUMENT' });
    }));

  it('exports all spans before the process ends', async () => {
    const caller = newCaller();
    await served({ OTEL_BSP_SCHEDULE_DELAY: '600000' }, async ({ curfew, client }) => {
      await client.check({}, { metadata: [caller.traceparent] });
      expect(collector.spans).to.deep.equal([]);
      curfew.signal('SIGTERM');
      expect(await curfew.ended()).to.equal(0);
      expect(collector.spans.map(({ parentId }) => parentId)).to.deep.equal([caller.spanId]);
    });
  });

  it('answers checks when the collector refuses, and says so once, without its token', () => {
    const token = `token-${hex(8)}`;
    collector.refuseWith = 403;
    const env = { OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${token}` };
    return served(env, async ({ curfew, client, spanOf }) => {
      const lines = (event: string): readonly Record<string, unknown>[] =>
        curfew
          .log()
          .split('\n')
          .filter((line) => line.includes(`"event":"${event}"`))
          .map((line) => JSON.parse(line) as Record<string, unknown>);
      for (let refused = 1; refused <= 3; refused += 1) {
        // oxlint-disable-next-line no-await-in-loop -- each in a batch of its own
        expect((await client.check({})).codeName).to.equal('OK');
        // oxlint-disable-next-line no-await-in-loop
        await eventually('refused batch', () => collector.bodies.length === refused);
      }
      await eventually('line in the log', () => lines('spans_lost').length === 1);
      expect(lines('spans_lost')[0]).to.include({ level: 'warn', error_code: 403 });
      collector.refuseWith = undefined;
      await spanOf();
      await eventually('line in the log', () => lines('spans_arrive').length === 1);
      expect(lines('spans_arrive')[0]).to.include({ spans_lost: 2 });
      expect(lines('spans_lost')).to.have.lengthOf(1);
      expect(collector.headers[0]?.authorization).to.equal(`Bearer ${token}`);
      expect(curfew.log()).to.not.include(token);
    });
  });

  it('does not wait for a collector that does not answer', async function () {
    this.timeout(60_000);
    const sockets: Socket[] = [];
    const silent = createServer((socket) => {
      sockets.push(socket.on('error', () => {}));
      socket.resume();
    });
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` };
    await served(env, async ({ curfew, client }) => {
      expect((await client.check({})).codeName).to.equal('OK');
      await eventually('connection', () => sockets.length > 0);
      curfew.signal('SIGTERM');
      expect(await curfew.ended()).to.equal(0);
      expect(curfew.log()).to.match(/"event":"close_fault","step":"tracing","fault":"timed_out"/);
    });
    for (const socket of sockets) socket.destroy();
    silent.close();
    await once(silent, 'close');
  });

  it('is off without variables for it', () =>
    served({ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, async ({ curfew, client }) => {
      await client.check({}, { metadata: [newCaller().traceparent] });
      curfew.signal('SIGTERM');
      expect(await curfew.ended()).to.equal(0);
      expect(curfew.log()).to.not.include('tracing');
      expect(collector.bodies).to.deep.equal([]);
    }));
});
