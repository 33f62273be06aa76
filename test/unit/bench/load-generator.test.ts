import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect } from 'chai';
import { CheckConnection, framed } from '../../bench/load/check-connection.ts';
import {
  encodeFrame,
  encodeSettings,
  encodeWindowUpdate,
  FLAG,
  FRAME,
  FrameReader,
  PREFACE,
} from '../../bench/load/http2-frames.ts';
import type { Answer } from '../../bench/load/read-answer.ts';
import { sendLoad } from '../../bench/load/send-load.ts';
import { ALLOW, DENY, OK, startAnsweringServer, UNAVAILABLE } from './answering-server.ts';
import type { AnsweringServer, Reply } from './answering-server.ts';

const servers: AnsweringServer[] = [];
const connections: CheckConnection[] = [];

describe('load generator', () => {
  afterEach(() => {
    for (const connection of connections.splice(0)) connection.close();
    for (const server of servers.splice(0)) server.stop();
  });

  it('reads allow, deny and an RPC error for what they are', async () => {
    const connection = await connectTo((request, reply) => {
      if (request.toString() === 'allow') reply(OK, ALLOW);
      else if (request.toString() === 'deny') reply(OK, DENY);
      else reply(UNAVAILABLE, ALLOW);
    });
    const answers = await Promise.all(
      ['allow', 'deny', 'error'].map((text) => ask(connection, text)),
    );
    expect(answers).to.deep.equal(['allow', 'deny', 'noVerdict']);
  });

  it('takes an empty CheckResponse for broken, although Envoy would allow', async () => {
    const connection = await connectTo((_, reply) => reply(OK, Buffer.alloc(0)));
    expect(await ask(connection, 'x')).to.equal('broken');
  });

  it('takes a cancelled stream for an RPC error, and any other reset for broken', async () => {
    const server = await bareServer();
    const connection = await server.connect();
    const answers = ['one', 'other'].map((text) => ask(connection, text));
    server.send(encodeFrame(FRAME.rstStream, 0, 1, Buffer.of(0, 0, 0, 8)));
    server.send(encodeFrame(FRAME.rstStream, 0, 3, Buffer.of(0, 0, 0, 2)));
    expect(await Promise.all(answers)).to.deep.equal(['noVerdict', 'broken']);
  });

  it('sends each message whole, to the stream that it is for, within the windows and the stream limit', async () => {
    // 2 000 requests of 4 KB are over a hundred times the window of the connection.
    const seen = new Set<string>();
    const connection = await connectTo(
      (request, reply) => {
        seen.add(request.toString());
        const [number = ''] = request.toString().split(' ');
        reply(OK, Number(number) % 2 === 0 ? ALLOW : DENY);
      },
      { 'grpc.max_concurrent_streams': 7 },
    );
    const texts = Array.from({ length: 2_000 }, (_, n) => `${n} ${'x'.repeat(4_000)}`);
    const answers = await Promise.all(texts.map((text) => ask(connection, text)));
    expect(answers).to.deep.equal(texts.map((_, n) => (n % 2 === 0 ? 'allow' : 'deny')));
    expect([...seen].toSorted()).to.deep.equal(texts.toSorted());
  });

  it('sends no more than the window of the connection holds until the server widens it', async () => {
    const server = await bareServer();
    const connection = await server.connect();
    for (let n = 0; n < 10; n += 1) void ask(connection, 'x'.repeat(16_000));
    await server.roundTrip();
    expect(server.dataBytes).to.equal(4 * 16_005); // the fifth would pass 65 535
    server.send(encodeWindowUpdate(0, 16_005));
    await server.roundTrip();
    expect(server.dataBytes).to.equal(5 * 16_005);
  });

  it('takes answers that are far larger than the window of the server', async function () {
    this.timeout(60_000); // 50 MB, and other work on the machine
    const large = Buffer.concat([
      ALLOW,
      Buffer.from([0x22, 0x80, 0x80, 0x40]),
      Buffer.alloc(1 << 20),
    ]);
    const connection = await connectTo((_, reply) => reply(OK, large));
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(connection, 'x')));
    expect(new Set(answers)).to.deep.equal(new Set(['allow']));
  });

  it('calls what a lost connection leaves open broken', async () => {
    const connection = await connectTo(() => connection.close());
    expect(await ask(connection, 'x')).to.equal('broken');
    expect(await ask(connection, 'x')).to.equal('broken');
  });

  it('keeps a closed loop full and counts every answer', async () => {
    const held: (() => void)[] = [];
    let most = 0;
    const connection = await connectTo((_, reply) => {
      most = Math.max(
        most,
        held.push(() => reply(OK, ALLOW)),
      );
      if (held.length === 5) for (const release of held.splice(0)) release();
    });
    const load = await sendLoad((answered) => connection.ask(framed(Buffer.from('x')), answered), {
      kind: 'count',
      inFlight: 5,
      calls: 500,
    });
    expect(most).to.equal(5);
    expect(load.answers).to.deep.equal({ allow: 500, deny: 0, noVerdict: 0, broken: 0 });
    expect(load.measured).to.equal(500);
    expect(load.latency.count).to.equal(500);
  });

  it('measures after the calls that warm up', async () => {
    const load = await sendLoad((answered) => setImmediate(() => answered('allow')), {
      kind: 'count',
      inFlight: 8,
      warmUpCalls: 100,
      calls: 200,
    });
    expect(load.answers.allow).to.equal(300);
    expect(load.measured).to.equal(200);
  });

  it('counts latency in an open loop from the instant a call was due', async () => {
    // Half of the 100 calls are due while the generator stands still: on average they wait for 30 ms, and their
    // latency says so, although each is answered at once when it is sent.
    let sent = 0;
    const load = await sendLoad(
      (answered) => {
        sent += 1;
        const untilMs = performance.now() + 60;
        if (sent === 1) while (performance.now() < untilMs);
        answered('allow');
      },
      { kind: 'open', perSecond: 1_000, warmUpMs: 0, measuredMs: 100 },
    );
    expect(load.answers.allow).to.equal(100);
    expect(load.measured).to.equal(100);
    expect(load.latency.mean).to.be.greaterThan(15);
    expect(load.lateness.mean).to.be.greaterThan(15);
  });
});

async function connectTo(
  answer: Reply,
  options: Record<string, number> = {},
): Promise<CheckConnection> {
  const server = await startAnsweringServer(answer, options);
  servers.push(server);
  const connection = await CheckConnection.open(server.port);
  connections.push(connection);
  return connection;
}

/** A server that answers nothing, and gives no window but what it is told to. */
async function bareServer() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const frames = new FrameReader();
  let client: Socket | undefined;
  let dataBytes = 0;
  let pinged: () => void = () => undefined;
  server.once('connection', (socket) => {
    client = socket;
    server.close();
    socket.on('error', () => undefined);
    socket.write(encodeSettings([]));
    let prefaceLeft = PREFACE.length;
    socket.on('data', (chunk: Buffer) => {
      const skipped = Math.min(prefaceLeft, chunk.length);
      prefaceLeft -= skipped;
      for (const { type, flags, payload } of frames.read(chunk.subarray(skipped))) {
        if (type === FRAME.data) dataBytes += payload.length;
        if (type === FRAME.ping && flags === FLAG.ack) pinged();
      }
    });
  });
  const send = (frame: Buffer): void => void client?.write(frame);
  return {
    connect: async () => {
      const connection = await CheckConnection.open((server.address() as AddressInfo).port);
      connections.push(connection);
      return connection;
    },
    send,
    /** Resolves when the client has answered a ping, hence sent whatever it wanted to send before. */
    roundTrip: () =>
      new Promise<void>((resolve) => {
        pinged = resolve;
        send(encodeFrame(FRAME.ping, 0, 0, Buffer.alloc(8)));
      }),
    get dataBytes() {
      return dataBytes;
    },
  };
}

function ask(connection: CheckConnection, text: string): Promise<Answer> {
  return new Promise((resolve) => connection.ask(framed(Buffer.from(text)), resolve));
}
