import { expect } from 'chai';
import * as fc from 'fast-check';
import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import http2 from 'node:http2';
import type { OutgoingHttpHeaders } from 'node:http2';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { headerField } from '../../../src/http2/hpack/encode-header.ts';
import { HpackDecoder } from '../../../src/http2/hpack/hpack-decoder.ts';
import { HpackFault } from '../../../src/http2/hpack/hpack-fault.ts';
import { STATIC_NAMES, STATIC_VALUES } from '../../../src/http2/hpack/static-table.ts';
import { speakHeaderFrames, writeBlock } from '../../support/http2/hpack/header-frames.ts';
import { pythonPackagesOrSkip } from '../../support/programs/provision-or-skip.ts';

// Our HPACK against two others: nghttp2, which is in Node's http2, and Python's hpack. One
// connection has many blocks, so the tables fill, overflow, and must stay equal all the time.

type Field = readonly [name: string, value: string];

const PYTHON_PACKAGES = ['hpack==4.2.0'];
const LIST_SIZE_MAX = 1_000_000;
const BLOCKS = 400;
const PSEUDO: readonly Field[] = [
  [':method', 'POST'],
  [':path', '/package.Service/Method'],
  [':authority', 'curfew'],
  [':scheme', 'http'],
];
const STATUS: Field = [':status', '200'];

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

/** What HTTP/2 libraries accept: tokens, and values without control characters. */
const TOKEN = 'abcdefghijklmnopqrstuvwxyz0123456789-_.!'.split('');
const VISIBLE = Array.from({ length: 0x100 }, (_, code) => String.fromCharCode(code)).filter(
  (character) => /[!-~\x80-\xff]/.test(character),
);
const token = fc
  .string({ unit: fc.constantFrom(...TOKEN), minLength: 1, maxLength: 30 })
  .map((rest) => `x-${rest}`);
const visible = fc.string({ unit: fc.constantFrom(...VISIBLE), maxLength: 80 });

/** Half of the names and values repeat, as in practice. The others evict them from the table. */
const fields: fc.Arbitrary<readonly Field[]> = fc.array(
  fc.tuple(
    fc.oneof(
      fc.constantFrom('x-request-id', 'x-a', 'traceparent', 'x-long-name-of-a-header'),
      token,
    ),
    fc.oneof(fc.constantFrom('1', 'trailers', '', 'v'.repeat(200), 'application/grpc'), visible),
  ),
  { maxLength: 12 },
);

describe(`HPACK against nghttp2 (seed ${seed})`, function () {
  this.timeout(60_000);
  const lists = fc.sample(fields, { seed, numRuns: BLOCKS });
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  for (const tableSizeMax of [4096, 16_384, 200, 0]) {
    it(`reads the requests of Node's client with a table of ${tableSizeMax}, and the client reads ours`, async () => {
      const decoder = newDecoder(tableSizeMax);
      let indexing = 0;
      const received: (readonly Field[])[] = [];
      const server = createServer((socket) => {
        closers.push(() => socket.destroy());
        speakHeaderFrames(socket, 'server', tableSizeMax, {
          onAcknowledged: () => decoder.settingsAcknowledged(),
          onBlock: (streamId, block) => {
            const list = fieldsOf(decoder, block);
            received.push(list);
            if (decoder.changedTable) indexing += 1;
            // Our answer repeats the fields of the request.
            const sent = [STATUS, ...list.slice(PSEUDO.length)];
            writeBlock(socket, streamId, blockOf(sent));
          },
        });
      });
      const session = http2.connect(`http://127.0.0.1:${await listen(server)}`);
      closers.push(
        () => session.destroy(),
        () => server.close(),
      );
      await once(session, 'remoteSettings');
      for (const [index, list] of lists.entries()) {
        const merged = withoutTwins(list);
        const isSensitive = index % 5 === 0;
        const answer = await request(session, merged, isSensitive);
        expect(received.at(-1), `request ${index}`).to.deep.equal([...PSEUDO, ...merged]);
        expect(answer, `answer ${index}`).to.deep.equal([STATUS, ...merged]);
      }
      expect(received).to.have.lengthOf(BLOCKS);
      // Otherwise the tables would not have been compared at all.
      if (tableSizeMax > 0) expect(indexing).to.be.greaterThan(BLOCKS / 2);
    });
  }

  it("reads the answers of Node's server, and the server reads ours", async () => {
    const decoder = newDecoder(4096);
    const requests: (readonly Field[])[] = [];
    const server = http2.createServer();
    server.on('stream', (stream, _headers, _flags, raw) => {
      const list = pairs(raw);
      requests.push(list);
      stream.respond(headersOf([STATUS, ...list.slice(PSEUDO.length)]), { endStream: true });
    });
    const socket = connect(await listen(server), '127.0.0.1');
    closers.push(
      () => socket.destroy(),
      () => server.close(),
    );
    const nextBlock = nextBlockOf(socket);
    for (const [index, list] of lists.entries()) {
      const merged = withoutTwins(list);
      writeBlock(socket, 2 * index + 1, blockOf([...PSEUDO, ...merged]));
      const block = await nextBlock();
      expect(requests.at(-1), `request ${index}`).to.deep.equal([...PSEUDO, ...merged]);
      // Node adds a date to each answer.
      const answer = fieldsOf(decoder, block);
      const undated = answer.filter(([name]) => name !== 'date');
      expect(undated, `answer ${index}`).to.deep.equal([STATUS, ...merged]);
    }
    expect(decoder.tableSize).to.be.greaterThan(2000);
  });
});

/** Runs each list of operations on one encoder or decoder, and prints the results. */
const PYTHON = `
import json, sys
from hpack import Decoder, Encoder
b = lambda text: text.encode('latin1')
def encode(blocks):
    encoder, out = Encoder(), []
    for block in blocks:
        if block['size'] is not None: encoder.header_table_size = block['size']
        fields = [(b(n), b(v), s) for n, v, s in block['fields']]
        out.append(encoder.encode(fields, huffman=block['huffman']).hex())
    return out
def decode(blocks):
    decoder, out = Decoder(max_header_list_size=10**9), []
    for block in blocks:
        try:
            fields = decoder.decode(bytes.fromhex(block), raw=True)
            out.append([[n.decode('latin1'), v.decode('latin1')] for n, v in fields])
        except Exception as error:
            out.append(type(error).__name__)
            break
    return out
work = {'encode': encode, 'decode': decode}
json.dump([work[kind](blocks) for kind, blocks in json.load(sys.stdin)], sys.stdout)
`;

interface PlainBlock {
  readonly size: number | null;
  readonly huffman: boolean;
  readonly fields: readonly (readonly [name: string, value: string, isSensitive: boolean])[];
}

type Work = readonly ['encode', readonly PlainBlock[]] | readonly ['decode', readonly string[]];

/** Any bytes: HPACK itself does not require tokens. */
const bytes = fc.uint8Array({ maxLength: 40 }).map((all) => Buffer.from(all).toString('latin1'));
const staticField = fc.constantFrom<Field>(
  ...STATIC_NAMES.slice(1).map((name, index): Field => [name, STATIC_VALUES[index + 1] ?? '']),
);
const anyField = fc.oneof(
  staticField,
  fc.tuple(
    fc.constantFrom('a', 'x-request-id', ':path', 'cookie'),
    fc.oneof(bytes, fc.constantFrom('1', 'again')),
  ),
  fc.tuple(bytes, bytes),
  fc.constant<Field>(['large', 'x'.repeat(1500)]),
);
const plainBlock: fc.Arbitrary<PlainBlock> = fc.record({
  size: fc.oneof(
    { weight: 9, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom(0, 64, 500, 4096) },
  ),
  huffman: fc.boolean(),
  fields: fc.array(
    fc.tuple(anyField, fc.boolean()).map(([[name, value], is]) => [name, value, is] as const),
    { maxLength: 8 },
  ),
});
const connection = fc.array(plainBlock, { minLength: 1, maxLength: 40 });

describe(`HPACK against Python's hpack (seed ${seed})`, function () {
  this.timeout(60_000);
  let python = '';
  before(async function () {
    python = await pythonPackagesOrSkip(this, 'hpack', PYTHON_PACKAGES);
  });

  const connections = fc.sample(connection, { seed, numRuns: 150 });
  const encoded = async (): Promise<readonly (readonly string[])[]> =>
    (await ask(connections.map((blocks) => ['encode', blocks]))) as string[][];
  const ask = (work: readonly Work[]): Promise<unknown> => askPython(python, work);

  it('reads what Python writes', async () => {
    let changed = 0;
    for (const [index, blocks] of (await encoded()).entries()) {
      const decoder = newDecoder(4096);
      for (const [at, block] of blocks.entries()) {
        const sent = connections[index]?.[at]?.fields.map(([name, value]) => [name, value]);
        expect(fieldsOf(decoder, Buffer.from(block, 'hex'))).to.deep.equal(sent);
        if (decoder.changedTable) changed += 1;
      }
    }
    expect(changed).to.be.greaterThan(500);
  });

  it('writes what Python reads', async () => {
    const lists = connections.map((blocks) =>
      blocks.map((block) => block.fields.map(([name, value]): Field => [name, value])),
    );
    const read = await ask(
      lists.map((list) => [
        'decode',
        list.map((one) => Buffer.from(blockOf(one), 'latin1').toString('hex')),
      ]),
    );
    expect(read).to.deep.equal(lists);
  });

  it('writes and reads each single byte as Python does', async () => {
    const list = Array.from({ length: 256 }, (_, byte): Field => {
      const text = String.fromCharCode(byte);
      return ['a', text.repeat(9)];
    });
    const written = Buffer.from(blockOf(list), 'latin1').toString('hex');
    expect(await ask([['decode', [written]]])).to.deep.equal([[list]]);
    const coded = list.map(([name, value]) => [name, value, false] as const);
    const theirs = await ask([['encode', [{ size: null, huffman: true, fields: coded }]]]);
    const block = (theirs as string[][])[0]?.[0] ?? '';
    expect(fieldsOf(newDecoder(4096), Buffer.from(block, 'hex'))).to.deep.equal(list);
  });

  it('refuses all damaged blocks that Python refuses, and reads the others alike', async () => {
    const recipes = fc.sample(recipe, { seed, numRuns: 10 * connections.length });
    const sources = await encoded();
    const spoilt = recipes.map((one, index) => spoil(sources[index % sources.length] ?? [], one));
    const theirs = (await ask(spoilt.map((blocks) => ['decode', blocks]))) as (
      string | Field[]
    )[][];
    const tally = { alike: 0, refused: 0, stricter: 0 };
    for (const [index, blocks] of spoilt.entries()) {
      const ours = decodeAll(blocks);
      for (const [at, their] of (theirs[index] ?? []).entries()) {
        const our = ours[at];
        const where = `connection ${index}, block ${at}: ${blocks[at] ?? ''}`;
        if (typeof their === 'string') expect(our, `${where}, ${their}`).to.be.a('string');
        if (typeof our === 'string') {
          tally[typeof their === 'string' ? 'refused' : 'stricter'] += 1;
          if (typeof their !== 'string') expect(STRICTER, where).to.include(our);
          break;
        }
        expect(our, where).to.deep.equal(their);
        tally.alike += 1;
      }
    }
    expect(tally.refused).to.be.greaterThan(200);
    expect(tally.alike).to.be.greaterThan(1_000);
  });
});

/**
 * What we refuse and Python reads: numbers of five octets after the prefix, which no real number
 * needs, and a third change of the table size in a row, where RFC 7541 section 4.2 allows two.
 */
const STRICTER: readonly string[] = ['number of too many octets', 'too many table size updates'];

interface Change {
  readonly kind: 'bit' | 'byte' | 'remove' | 'insert' | 'cut' | 'repeat';
  readonly block: number;
  readonly at: number;
  readonly byte: number;
}

const recipe: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Change['kind']>(
      'bit',
      'bit',
      'byte',
      'remove',
      'insert',
      'cut',
      'repeat',
    ),
    block: fc.nat(),
    at: fc.nat(),
    byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 0x20, 0x3f, 0x7f, 0x80, 0xff)),
  }),
  { minLength: 1, maxLength: 4 },
);

function spoil(blocks: readonly string[], changes: readonly Change[]): string[] {
  const spoilt = blocks.map((block) => [...Buffer.from(block, 'hex')]);
  for (const { kind, block, at, byte } of changes) {
    const target = spoilt[block % spoilt.length] ?? [];
    const index = at % (target.length + 1);
    if (kind === 'bit') target[index] = (target[index] ?? 0) ^ (1 << (byte & 7));
    else if (kind === 'byte') target[index] = byte;
    else if (kind === 'remove') target.splice(index, 1);
    else if (kind === 'insert') target.splice(index, 0, byte);
    else if (kind === 'cut') target.length = index;
    else target.splice(index, 0, ...target.slice(index, index + 9));
  }
  return spoilt.map((block) => Buffer.from(block).toString('hex'));
}

/**
 * The fields of each block up to the first refused block, which is replaced by its error message.
 */
function decodeAll(blocks: readonly string[]): (string | readonly Field[])[] {
  const decoder = newDecoder(4096);
  const read: (string | readonly Field[])[] = [];
  try {
    for (const block of blocks) read.push(fieldsOf(decoder, Buffer.from(block, 'hex')));
  } catch (error) {
    if (!(error instanceof HpackFault)) throw error;
    read.push(error.message);
  }
  expect(decoder.tableSize).to.be.at.most(4096);
  return read;
}

function newDecoder(tableSizeMax: number): HpackDecoder {
  return new HpackDecoder({ tableSizeMax, listSizeMax: LIST_SIZE_MAX });
}

function fieldsOf(decoder: HpackDecoder, block: Buffer): readonly Field[] {
  const list: Field[] = [];
  decoder.decode(block, 0, block.length, (name, value) => {
    list.push([name, value]);
  });
  return list;
}

function blockOf(list: readonly Field[]): string {
  return list.map(([name, value]) => headerField(name, value)).join('');
}

/** Node accepts a repeated field only as a list, and then moves it. */
function withoutTwins(list: readonly Field[]): readonly Field[] {
  return [...new Map(list)];
}

function headersOf(list: readonly Field[]): OutgoingHttpHeaders {
  return Object.fromEntries(list);
}

function pairs(raw: readonly string[]): readonly Field[] {
  return raw.flatMap((name, index): Field[] =>
    index % 2 === 0 ? [[name, raw[index + 1] ?? '']] : [],
  );
}

/** The fields of the answer, as they were on the wire. */
async function request(
  session: http2.ClientHttp2Session,
  list: readonly Field[],
  isSensitive: boolean,
): Promise<readonly Field[]> {
  const sensitive = isSensitive ? list.map(([name]) => name) : [];
  const headers = { ...headersOf([...PSEUDO, ...list]), [http2.sensitiveHeaders]: sensitive };
  const stream = session.request(headers, { endStream: true });
  const closed = once(stream, 'close');
  const [, , raw] = (await once(stream, 'response')) as [unknown, unknown, string[]];
  stream.resume();
  await closed;
  return pairs(raw);
}

/** Acts as a client. Each call waits for the next block. Only one block is under way at a time. */
function nextBlockOf(socket: Socket): () => Promise<Buffer> {
  const blocks = new EventEmitter();
  speakHeaderFrames(socket, 'client', 4096, {
    onBlock: (_, block) => blocks.emit('block', block),
  });
  return async () => {
    const [block] = (await once(blocks, 'block')) as [Buffer];
    return block;
  };
}

async function listen(server: Server | http2.Http2Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function askPython(python: string, work: readonly Work[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: 2 ** 30 };
    const child = execFile(python, ['-c', PYTHON], options, (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout));
      else reject(error);
    });
    child.stdin?.end(JSON.stringify(work));
  });
}
