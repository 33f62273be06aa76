import { connect as connectTcp } from 'node:net';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { OutgoingHttpHeaders } from 'node:http2';
import { encodeCheckRequest } from '../../support/requests/check-request.ts';
import { onEachTransport } from '../../support/transport/each-transport.ts';
import {
  CHECK_HEADERS,
  connectRaw,
  framed,
  type RawAnswer,
} from '../../support/grpc-clients/raw-grpc.ts';
import type { TestTransport } from '../../support/transport/transport.ts';

const QUESTION = framed(encodeCheckRequest());

interface Hostile {
  readonly body?: Buffer;
  readonly headers?: OutgoingHttpHeaders;
  /** The expected answer. It is never OK. */
  readonly expected: Partial<RawAnswer>;
  /** The answer of grpc-js if it differs: it decompresses, and our server does not. */
  readonly byGrpcJs?: Partial<RawAnswer>;
}

const HOSTILE: Readonly<Record<string, Hostile>> = {
  'no message': { body: Buffer.alloc(0), expected: { grpcStatus: '12' } },
  'a message shorter than its frame announces': {
    body: Buffer.concat([Buffer.from([0, 0, 0, 4, 0]), Buffer.alloc(8)]),
    expected: { grpcStatus: '12' },
  },
  'a frame of 4 GB': {
    body: Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]),
    expected: { grpcStatus: '8' },
  },
  'two messages': { body: Buffer.concat([QUESTION, QUESTION]), expected: { grpcStatus: '12' } },
  'an unknown compression': {
    body: Buffer.concat([Buffer.from([1]), QUESTION.subarray(1)]),
    headers: { 'grpc-encoding': 'zstd' },
    expected: { grpcStatus: '12' },
  },
  'broken gzip': {
    body: Buffer.concat([Buffer.from([1]), QUESTION.subarray(1)]),
    headers: { 'grpc-encoding': 'gzip' },
    expected: { grpcStatus: '12' },
    byGrpcJs: { grpcStatus: '13' },
  },
  'a gzip bomb': {
    body: flagged(gzipSync(Buffer.alloc(50 * 1024 * 1024))),
    headers: { 'grpc-encoding': 'gzip' },
    expected: { grpcStatus: '12' },
    byGrpcJs: { grpcStatus: '8' },
  },
  'another content type': {
    body: QUESTION,
    headers: { 'content-type': 'application/json' },
    expected: { httpStatus: 415 },
  },
  'an unknown method': {
    body: QUESTION,
    headers: { ':path': '/envoy.service.auth.v3.Authorization/Allow' },
    expected: { grpcStatus: '12' },
  },
  'the method of another version': {
    body: QUESTION,
    headers: { ':path': '/envoy.service.auth.v2.Authorization/Check' },
    expected: { grpcStatus: '12' },
  },
};

onEachTransport('transport: hostile callers', ({ kind, startTransport }) => {
  let server: TestTransport;
  before(async () => {
    server = await startTransport();
  });
  after(() => server.close());
  afterEach('it still answers', async () => {
    expect(await server.client.check()).to.include({ code: 0 });
  });

  for (const [what, { body = QUESTION, headers = {}, ...answers }] of Object.entries(HOSTILE)) {
    const expected = (kind === 'grpc-js' && answers.byGrpcJs) || answers.expected;
    it(`get no verdict for ${what}`, async () => {
      const asked = server.asked.length;
      const raw = await connectRaw(server.transport.address);
      const answer = await raw.call(body, headers);
      raw.close();
      expect(answer).to.deep.include(expected);
      expect(answer.body).to.have.lengthOf(0);
      expect(server.asked).to.have.lengthOf(asked);
    });
  }

  it('do not get the whole name of an unknown method back', async () => {
    const raw = await connectRaw(server.transport.address);
    const answer = await raw.call(QUESTION, { ':path': `/${'x'.repeat(20_000)}` });
    raw.close();
    expect(answer.grpcStatus).to.equal('12');
    expect(answer.grpcMessage).to.have.lengthOf.at.most(300);
  });

  it('do not get the name of an unknown health service back', async () => {
    const raw = await connectRaw(server.transport.address);
    const name = Buffer.from('someone');
    const body = framed(Buffer.concat([Buffer.from([0x0a, name.length]), name]));
    const answer = await raw.call(body, { ':path': '/grpc.health.v1.Health/Check' });
    raw.close();
    // A space may be percent-encoded or not.
    expect(decodeURIComponent(answer.grpcMessage ?? '')).to.equal('unknown service');
    expect(answer.grpcStatus).to.equal('5');
  });

  it('may send 40 KB of metadata, and malformed binary metadata', async () => {
    const raw = await connectRaw(server.transport.address);
    const big = await raw.call(QUESTION, { 'x-big': 'x'.repeat(40_000) });
    const binary = await raw.call(QUESTION, { 'x-thing-bin': '%%% no base64 %%%' });
    raw.close();
    expect([big.grpcStatus, binary.grpcStatus]).to.deep.equal(['0', '0']);
  });

  it('may disconnect in the middle of a message', async () => {
    const raw = await connectRaw(server.transport.address);
    const stream = raw.session.request(CHECK_HEADERS);
    stream.on('error', () => {});
    stream.write(QUESTION.subarray(0, 20));
    await new Promise((resolve) => setImmediate(resolve));
    raw.close();
    await once(raw.session, 'close');
  });

  it('may open and reset 10 000 streams', async () => {
    const raw = await connectRaw(server.transport.address);
    for (let round = 0; round < 100 && !raw.session.destroyed; round += 1) {
      for (let each = 0; each < 100; each += 1) {
        const stream = raw.session.request(CHECK_HEADERS);
        stream.on('error', () => {});
        stream.close(8);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    raw.close();
  });

  for (const [what, bytes] of [
    ['HTTP/1.1', Buffer.from('GET / HTTP/1.1\r\nhost: a\r\n\r\n')],
    ['a TLS greeting', Buffer.from('160301020001000001fc0303', 'hex')],
    ['half an HTTP/2 preface', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM')],
    [
      'an HTTP/2 frame of 16 MB',
      Buffer.from('505249202a20485454502f322e300d0a0d0a534d0d0a0d0affffff000000000001', 'hex'),
    ],
    [
      'a window that overflows',
      Buffer.concat([preface(), Buffer.from('0000040800000000007fffffff', 'hex')]),
    ],
    [
      '10 000 settings',
      Buffer.concat([preface(), Buffer.alloc(90_000, Buffer.from('000000040000000000', 'hex'))]),
    ],
    [
      '10 000 pings',
      Buffer.concat([
        preface(),
        Buffer.alloc(170_000, Buffer.from('0000080600000000000102030405060708', 'hex')),
      ]),
    ],
  ] as const) {
    it(`may send ${what}`, async () => {
      const socket = connectTcp(server.transport.port ?? 0, '127.0.0.1');
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.resume();
      socket.end(bytes);
      // However the server treats it, it continues. An answer in between shows that it has read the
      // bytes.
      await server.client.check();
      socket.destroy();
    });
  }
});

function flagged(compressed: Buffer): Buffer {
  const frame = framed(compressed);
  frame[0] = 1;
  return frame;
}

function preface(): Buffer {
  return Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    Buffer.from('000000040000000000', 'hex'),
  ]);
}
