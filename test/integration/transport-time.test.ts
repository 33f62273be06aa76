import { once } from 'node:events';
import { expect } from 'chai';
import type { CheckReply } from '../../src/authz/check-call.ts';
import { encodeCheckRequest } from '../support/check-request.ts';
import { onEachTransport } from '../support/each-transport.ts';
import { startHoldingProxy, type HoldingProxy } from '../support/holding-proxy.ts';
import { CHECK_HEADERS, connectRaw, framed, type RawConnection } from '../support/raw-grpc.ts';
import { allowReply } from '../support/reply.ts';
import type { TestTransport } from '../support/transport.ts';

const QUESTION = framed(encodeCheckRequest());
const RST_STREAM = 3;

onEachTransport('transport: the caller’s time', ({ startTransport }) => {
  let server: TestTransport;
  let raw: RawConnection;
  let release: PromiseWithResolvers<CheckReply>;
  let arrived: PromiseWithResolvers<void>;
  let onAsked: () => void;

  beforeEach(async () => {
    release = Promise.withResolvers();
    arrived = Promise.withResolvers();
    onAsked = () => {};
    server = await startTransport(
      () => {
        arrived.resolve();
        onAsked();
        return release.promise;
      },
      { limits: { callsMax: 2 } },
    );
    raw = await connectRaw(server.transport.address);
  });
  afterEach(async () => {
    raw.close();
    await server.close();
  });

  it('is told in milliseconds', async () => {
    release.resolve(allowReply());
    await raw.call(QUESTION, { 'grpc-timeout': '200m' });
    expect(server.asked.at(-1)?.callBudgetMs).to.be.within(1, 200);
  });

  // Envoy 1.36 sends the first for `timeout: 0s`; the last overflows the library's timer.
  for (const timeout of ['0m', '0S', '00000000n', '99999999H']) {
    it(`has no end with a timeout of ${timeout}`, async () => {
      release.resolve(allowReply());
      const answer = await raw.call(QUESTION, { 'grpc-timeout': timeout });
      expect(answer).to.include({ grpcStatus: '0' });
      expect(server.asked.at(-1)?.callBudgetMs).to.equal(undefined);
    });
  }

  it('is an error when it cannot be read', async () => {
    const answer = await raw.call(QUESTION, { 'grpc-timeout': 'soon' });
    expect(answer.grpcStatus).to.equal('13');
  });

  it('ends the call at its deadline, and the handler can see it', async () => {
    const answer = await server.client.check({}, { timeoutMs: 50 });
    expect(answer.codeName).to.equal('DEADLINE_EXCEEDED');
    await until(() => server.calls.at(-1)?.cancelled === true);
  });

  it('is over when the caller hangs up, and the handler can see it', async () => {
    const hangUp = Promise.withResolvers<void>();
    const answer = server.client.send(encodeCheckRequest(), { cancelled: hangUp.promise });
    await arrived.promise;
    expect(server.calls.at(-1)?.cancelled).to.equal(false);
    hangUp.resolve();
    expect(await answer).to.include({ codeName: 'CANCELLED' });
    await until(() => server.calls.at(-1)?.cancelled === true);
  });

  it('leaves a late reply without effect, and books the call as given up', async () => {
    const hangUp = Promise.withResolvers<void>();
    const answer = server.client.send(encodeCheckRequest(), { cancelled: hangUp.promise });
    await arrived.promise;
    hangUp.resolve();
    await answer;
    await until(() => server.calls.at(-1)?.cancelled === true);
    release.resolve(allowReply());
    await until(() => server.observed.length === 2);
    expect(server.observed).to.deep.equal(['started Check', 'handled Check CANCELLED']);
    expect(server.faults).to.deep.equal([]);
  });

  it('books a late reply as overdue when the deadline ended the call', async () => {
    await raw.call(QUESTION, { 'grpc-timeout': '20m' });
    release.resolve(allowReply());
    await until(() => server.observed.length === 2);
    expect(server.observed.at(-1)).to.equal('handled Check DEADLINE_EXCEEDED');
  });

  describe('when questions wait in a packet', () => {
    let proxy: HoldingProxy;
    let behind: RawConnection;
    beforeEach(async () => {
      proxy = await startHoldingProxy(server.transport.address);
      behind = await connectRaw(proxy.address);
      release.resolve(allowReply());
      await behind.call(QUESTION);
      proxy.hold();
    });
    afterEach(() => {
      behind.close();
      proxy.close();
    });

    it('asks the handler nothing for callers that have hung up meanwhile', async () => {
      const gone = Array.from({ length: 50 }, () => {
        const stream = behind.session.request(CHECK_HEADERS);
        stream.on('error', () => {});
        stream.end(QUESTION);
        return stream;
      });
      await proxy.hasHeld(50 * QUESTION.length);
      for (const stream of gone) stream.close(8);
      await Promise.all(gone.map((stream) => once(stream, 'close')));
      await proxy.hasHeldFrames(RST_STREAM, 50);
      proxy.release();
      expect(await behind.call(QUESTION)).to.include({ grpcStatus: '0' });
      expect(server.asked).to.have.lengthOf(2);
    });

    it('asks the handler nothing once a stall has outlasted the deadline', async () => {
      onAsked = () => {
        stall(30);
      };
      const first = behind.call(QUESTION);
      const second = behind.call(QUESTION, { 'grpc-timeout': '10m' });
      await proxy.hasHeld(2 * QUESTION.length);
      proxy.release();
      expect(await first).to.include({ grpcStatus: '0' });
      expect(await second).to.include({ grpcStatus: '4' });
      expect(server.asked).to.have.lengthOf(2);
    });
  });

  it('is refused at once when too many calls are open, undecoded, and taken again afterwards', async () => {
    const open = [server.client.check(), server.client.check()];
    await until(() => server.asked.length === 2);
    const refused = await server.client.send(Buffer.from('undecoded'));
    expect(refused).to.include({ codeName: 'RESOURCE_EXHAUSTED' });
    expect(server.faults.map(({ code }) => code)).to.deep.equal(['ERR_TRANSPORT_OVERLOADED']);
    release.resolve(allowReply());
    expect((await Promise.all(open)).map(({ code }) => code)).to.deep.equal([0, 0]);
    expect(await server.client.check()).to.include({ code: 0 });
  });
});

/** Turns the event loop until it is so; mocha's timeout is the limit. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** Blocks the event loop, as a long garbage collection would. */
function stall(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
