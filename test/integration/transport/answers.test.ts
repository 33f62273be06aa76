import { expect } from 'chai';
import type { CheckReply } from '../../../src/authz/check-call.ts';
import { encodeAllow } from '../../../src/transport/codec/encode-allow.ts';
import { encodeDeny } from '../../../src/transport/codec/encode-deny.ts';
import { encodeCheckRequest } from '../../support/requests/check-request.ts';
import { onEachTransport } from '../../support/transport/each-transport.ts';
import { allowReply, denyReply, noReply } from '../../support/requests/reply.ts';
import type { TestTransport } from '../../support/transport/transport.ts';

onEachTransport('transport: answers', ({ startTransport }) => {
  let server: TestTransport;
  let reply: () => CheckReply | Promise<CheckReply> = () => allowReply();

  before(async () => {
    server = await startTransport(() => reply(), { limits: { messageBytesMax: 64 * 1024 } });
  });
  after(() => server.close());

  it('passes the request of the client to the handler', async () => {
    reply = () => allowReply();
    await server.client.check({ path: '/a?b', rawHeaders: [['cookie', 'sid=1']] });
    expect(server.asked.at(-1)).to.deep.include({
      path: '/a?b',
      headers: [{ name: 'cookie', value: 'sid=1' }],
      callBudgetMs: undefined,
    });
  });

  for (const [how, wrap] of [
    ['at once', (value: CheckReply) => value],
    ['later', (value: CheckReply) => Promise.resolve(value)],
  ] as const) {
    it(`sends the bytes of an allow that was given ${how}`, async () => {
      reply = () => wrap(allowReply({ requestHeaders: [['x', 'y']] }));
      const { code, bytes } = await server.client.check();
      expect(code).to.equal(0);
      expect(bytes?.toString('latin1')).to.equal(
        encodeAllow(allowReply({ requestHeaders: [['x', 'y']] })),
      );
    });

    it(`sends the bytes of a denial that was given ${how}, in a successful RPC`, async () => {
      reply = () => wrap(denyReply({ body: 'no' }));
      const { code, bytes } = await server.client.check();
      expect(code).to.equal(0);
      expect(bytes?.toString('latin1')).to.equal(encodeDeny(denyReply({ body: 'no' })));
    });

    for (const grpcStatus of [
      'UNAVAILABLE',
      'RESOURCE_EXHAUSTED',
      'INTERNAL',
      'INVALID_ARGUMENT',
    ] as const) {
      it(`fails the RPC with ${grpcStatus} that was given ${how}`, async () => {
        reply = () => wrap(noReply(grpcStatus));
        const answer = await server.client.check();
        expect(answer).to.include({ codeName: grpcStatus, details: noReply().message });
        expect(answer.response).to.equal(undefined);
      });
    }
  }

  it('limits the message of an error, and makes it printable', async () => {
    reply = () => ({ ...noReply(), message: `a\r\nb\ud800ü${'x'.repeat(5000)}` });
    const { details } = await server.client.check();
    expect(details).to.match(/^a\?\?b\?\?x{294}$/);
  });

  const BROKEN: Readonly<Record<string, () => CheckReply | Promise<CheckReply>>> = {
    throws: () => {
      throw new Error('secret');
    },
    'throws a value that is not an error': () => {
      // oxlint-disable-next-line typescript/only-throw-error -- that is the point
      throw 'secret';
    },
    'answers with nothing': () => undefined as unknown as CheckReply,
    'answers with nothing later': () => Promise.resolve(undefined as unknown as CheckReply),
    'answers with an empty object': () => ({}) as CheckReply,
    'answers with bytes': () => Buffer.alloc(0) as unknown as CheckReply,
    'tries to split a response': () =>
      denyReply({ headers: [['location', '/\r\nset-cookie: a=1']] }),
    'names an unknown status': () => ({ ...noReply(), grpcStatus: 'OK' }) as unknown as CheckReply,
  };
  for (const [what, broken] of Object.entries(BROKEN)) {
    it(`answers INTERNAL if the handler ${what}, and reports the fault`, async () => {
      reply = broken;
      const before = server.faults.length;
      const answer = await server.client.check();
      expect(answer).to.include({ codeName: 'INTERNAL', response: undefined });
      expect(answer.details).not.to.contain('secret');
      expect(server.faults.slice(before).map(({ code }) => code)).to.have.lengthOf(1);
      expect(server.faults.at(-1)?.code).to.be.oneOf(['ERR_HANDLER_FAILED', 'ERR_UNSAFE_REPLY']);
    });
  }

  describe('without calling the handler', () => {
    let asked: number;
    beforeEach(() => {
      reply = () => allowReply();
      asked = server.asked.length;
    });
    afterEach(() => {
      expect(server.asked).to.have.lengthOf(asked);
    });

    for (const [what, bytes] of [
      ['no bytes', Buffer.alloc(0)],
      ['bytes that are not a message', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
      ['half a message', encodeCheckRequest().subarray(0, -1)],
    ] as const) {
      it(`answers INVALID_ARGUMENT to ${what}`, async () => {
        const answer = await server.client.send(bytes);
        expect(answer.codeName).to.equal('INVALID_ARGUMENT');
        expect(answer.details).to.match(/^internal_error: /);
        expect(server.faults.at(-1)?.code).to.equal('ERR_MALFORMED_CHECK');
      });
    }

    it('answers RESOURCE_EXHAUSTED to a request above the limit', async () => {
      const answer = await server.client.check({ headers: { cookie: 'x'.repeat(64 * 1024) } });
      expect(answer.codeName).to.equal('RESOURCE_EXHAUSTED');
    });
  });

  it('accepts a request just below the limit', async () => {
    reply = () => allowReply();
    const room = 64 * 1024 - encodeCheckRequest({ headers: { cookie: '' } }).length - 16;
    const { code } = await server.client.check({ headers: { cookie: 'x'.repeat(room) } });
    expect(code).to.equal(0);
  });

  it('reports each call and its end to the observer', async () => {
    const before = server.observed.length;
    reply = () => allowReply();
    await server.client.check();
    reply = () => noReply('UNAVAILABLE');
    await server.client.check();
    await server.client.send(Buffer.alloc(0));
    expect(server.observed.slice(before)).to.deep.equal([
      'started Check',
      'handled Check OK',
      'started Check',
      'handled Check UNAVAILABLE',
      'started Check',
      'handled Check INVALID_ARGUMENT',
    ]);
  });
});
