import { once } from 'node:events';
import { expect } from 'chai';
import type { CheckReply } from '../../../src/authz/check-call.ts';
import { encodeCheckRequest } from '../../support/requests/check-request.ts';
import { onEachTransport } from '../../support/transport/each-transport.ts';
import { startHoldingProxy, type HoldingProxy } from '../../support/network/holding-proxy.ts';
import {
  CHECK_HEADERS,
  connectRaw,
  framed,
  type RawConnection,
} from '../../support/grpc-clients/raw-grpc.ts';
import { allowReply } from '../../support/requests/reply.ts';
import type { TestTransport } from '../../support/transport/transport.ts';

const QUESTION = framed(encodeCheckRequest());
const RST_STREAM = 3;

onEachTransport('transport: the time of a call', ({ startTransport }) => {
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

  it('is passed on in milliseconds', async () => {
    release.resolve(allowReply());
    await raw.call(QUESTION, { 'grpc-timeout': '200m' });
    expect(server.asked.at(-1)?.callBudgetMs).to.be.within(1, 200);
  });

  // Envoy 1.36 sends the first for `timeout: 0s`; the last overflows the library's timer.
  for (const timeout of ['0m', '0S', '00000000n', '99999999H']) {
    it(`is unlimited with a timeout of ${timeout}`, async () => {
      release.resolve(allowReply());
      const answer = await raw.call(QUESTION, { 'grpc-timeout': timeout });
      expect(answer).to.include({ grpcStatus: '0' });
      expect(server.asked.at(-1)?.callBudgetMs).to.equal(undefined);
    });
  }

  it('is an error if it is malformed', async () => {
    const answer = await raw.call(QUESTION, { 'grpc-timeout': 'soon' });
    expect(answer.grpcStatus).to.equal('13');
  });

  it('ends the call at its deadline, and the handler can see it', async () => {
    const answer = await server.client.check({}, { timeoutMs: 50 });
    expect(answer.codeName).to.equal('DEADLINE_EXCEEDED');
    await until(() => server.calls.at(-1)?.cancelled === true);
  });

  it('ends when the caller cancels, and the handler can see it', async () => {
    const hangUp = Promise.withResolvers<void>();
    const answer = server.client.send(encodeCheckRequest(), { cancelled: hangUp.promise });
    await arrived.promise;
    expect(server.calls.at(-1)?.cancelled).to.equal(false);
    hangUp.resolve();
    expect(await answer).to.include({ codeName: 'CANCELLED' });
    await until(() => server.calls.at(-1)?.cancelled === true);
  });

  it('makes a late reply useless, and counts the call as cancelled', async () => {
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

  it('counts a late reply as DEADLINE_EXCEEDED if the deadline ended the call', async () => {
    await raw.call(QUESTION, { 'grpc-timeout': '20m' });
    release.resolve(allowReply());
    await until(() => server.observed.length === 2);
    expect(server.observed.at(-1)).to.equal('handled Check DEADLINE_EXCEEDED');
  });

  describe('when calls wait in a packet', () => {
    let proxy: HoldingProxy;
    let throughProxy: RawConnection;
    beforeEach(async () => {
      proxy = await startHoldingProxy(server.transport.address);
      throughProxy = await connectRaw(proxy.address);
      release.resolve(allowReply());
      await throughProxy.call(QUESTION);
      proxy.hold();
    });
    afterEach(() => {
      throughProxy.close();
      proxy.close();
    });

    it('does not call the handler for calls that were cancelled meanwhile', async () => {
      const gone = Array.from({ length: 50 }, () => {
        const stream = throughProxy.session.request(CHECK_HEADERS);
        stream.on('error', () => {});
        stream.end(QUESTION);
        return stream;
      });
      await proxy.hasHeld(50 * QUESTION.length);
      for (const stream of gone) stream.close(8);
      await Promise.all(gone.map((stream) => once(stream, 'close')));
      await proxy.hasHeldFrames(RST_STREAM, 50);
      proxy.release();
      expect(await throughProxy.call(QUESTION)).to.include({ grpcStatus: '0' });
      expect(server.asked).to.have.lengthOf(2);
    });

    it('does not call the handler if a pause of the process outlasted the deadline', async () => {
      onAsked = () => {
        stall(30);
      };
      const first = throughProxy.call(QUESTION);
      const second = throughProxy.call(QUESTION, { 'grpc-timeout': '10m' });
      await proxy.hasHeld(2 * QUESTION.length);
      proxy.release();
      expect(await first).to.include({ grpcStatus: '0' });
      expect(await second).to.include({ grpcStatus: '4' });
      expect(server.asked).to.have.lengthOf(2);
    });
  });

  it('is not needed if too many calls are open: one more is refused at once, undecoded', async () => {
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

/** Runs the event loop until the condition holds. Mocha's timeout is the limit. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** Blocks the event loop, as a long garbage collection would. */
function stall(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
