// What a peer must not do (RFC 9113, section by section), and how the server answers. A call on
// stream 1 is open all the time: a connection error ends it, and anything else leaves it unharmed.

import { expect } from 'chai';
import type { Http2Limits } from '../../../src/http2/http2-limits.ts';
import { UnaryServer } from '../../../src/http2/unary-server.ts';
import { EchoMethods, HELD_PATH, NOW_PATH, replyText } from '../../support/http2/echo-methods.ts';
import {
  continuation,
  data,
  ERROR_CODE,
  FLAG,
  frame,
  FRAME_SIZE_DEFAULT,
  FRAME_TYPE,
  grpcMessage,
  headers,
  padded,
  ping,
  priority,
  priorityFields,
  rstStream,
  SETTING,
  settings,
  uint32,
  WINDOW_MAX,
  windowUpdate,
} from '../../support/http2/frames.ts';
import { messagesOf, Peer, requestLines, valueOf } from '../../support/http2/peer.ts';
import {
  encodeBlock,
  indexed,
  integer,
  literal,
  literalAt,
  tableSizeUpdate,
  type HeaderLines,
} from '../../support/http2/hpack/plain-hpack.ts';

const { protocolError, flowControlError, streamClosed, frameSizeError, compressionError } =
  ERROR_CODE;

/** What the peer sees. Where the RFC leaves a choice, there are several codes. */
type Expected =
  | { readonly kind: 'connection error'; readonly codes: readonly number[] }
  | { readonly kind: 'stream error'; readonly codes: readonly number[] }
  | { readonly kind: 'either error'; readonly codes: readonly number[] }
  | {
      readonly kind: 'answered';
      readonly streamIds: readonly number[];
      readonly reset?: readonly number[];
    };

type Step = Buffer | 'settled';
type Violation = readonly [steps: readonly Step[], expected: Expected];

const connection = (...codes: number[]): Expected => ({ kind: 'connection error', codes });
const stream3 = (...codes: number[]): Expected => ({ kind: 'stream error', codes });
const either = (...codes: number[]): Expected => ({ kind: 'either error', codes });
const ignored: Expected = { kind: 'answered', streamIds: [] };
const answered = (...streamIds: number[]): Expected => ({ kind: 'answered', streamIds });

const BLOCK = encodeBlock(requestLines(NOW_PATH));
const BODY = grpcMessage(Buffer.from('third'));
const OPEN = headers(3, BLOCK);
const REQUEST = [OPEN, data(3, BODY, FLAG.endStream)];
const END = FLAG.endStream | FLAG.endHeaders;
const TOO_LARGE = Buffer.alloc(FRAME_SIZE_DEFAULT + 1);

/** A request on stream 3 with these lines instead of the usual ones or in addition to them. */
const requestWith = (more: HeaderLines): Step[] => request(requestLines(NOW_PATH, more));
const request = (lines: HeaderLines): Step[] => [
  headers(3, encodeBlock(lines)),
  data(3, BODY, FLAG.endStream),
];
const without = (name: string): Step[] =>
  request(requestLines(NOW_PATH).filter(([known]) => known !== name));
const withTrailers = (lines: HeaderLines, flags = END): Step[] => [
  OPEN,
  data(3, BODY),
  headers(3, encodeBlock(lines), flags),
];
const blockWith = (...more: Buffer[]): Buffer => headers(3, Buffer.concat([BLOCK, ...more]), END);
const setting = (identifier: number, value: number): Buffer => settings([identifier, value]);
const rawOf = (type: number, bytes: number, streamId = 0, flags = 0): Buffer =>
  frame(type, flags, streamId, { payload: Buffer.alloc(bytes) });

const VIOLATIONS: Readonly<Record<string, Readonly<Record<string, Violation>>>> = {
  '4.1 frame format': {
    'ignores a frame of an unknown type': [
      [rawOf(0xfa, 20, 0), rawOf(0xfa, 0, 3), rawOf(0xfb, 9, 77, 0xff), ...REQUEST],
      answered(3),
    ],
    'ignores flags that mean nothing': [
      [
        headers(3, BLOCK, FLAG.endHeaders | 0xd2),
        data(3, BODY, FLAG.endStream | 0xf6),
        frame(FRAME_TYPE.ping, 0xfe, 0, { payload: Buffer.alloc(8) }),
      ],
      answered(3),
    ],
    'ignores the reserved bit': [
      [headers(0x8000_0003, BLOCK), data(0x8000_0003, BODY, FLAG.endStream)],
      answered(3),
    ],
  },
  '4.2 frame size': {
    'DATA that is too large': [[OPEN, data(3, TOO_LARGE)], connection(frameSizeError)],
    'HEADERS that are too large': [[headers(3, TOO_LARGE)], connection(frameSizeError)],
    'a CONTINUATION that is too large': [
      [headers(3, BLOCK, 0), continuation(3, TOO_LARGE)],
      connection(frameSizeError),
    ],
    'SETTINGS that are too large': [
      [rawOf(FRAME_TYPE.settings, 16_386)],
      connection(frameSizeError),
    ],
    'an unknown frame that is too large': [[rawOf(0xfa, 16_385)], connection(frameSizeError)],
    'a length of 16 MB, before any of it has arrived': [
      [frame(FRAME_TYPE.data, 0, 3, { claimedLength: 0xff_ffff })],
      connection(frameSizeError),
    ],
    'accepts a frame of exactly 16 384 bytes': [
      [
        OPEN,
        data(3, grpcMessage(Buffer.alloc(FRAME_SIZE_DEFAULT - 5)), FLAG.endStream),
        rawOf(0xfa, FRAME_SIZE_DEFAULT),
      ],
      answered(3),
    ],
  },
  '4.3 header compression': {
    'entry 0 of the tables': [[blockWith(indexed(0))], connection(compressionError)],
    'an entry that does not exist': [[blockWith(indexed(62))], connection(compressionError)],
    'an entry with a very high index': [
      [blockWith(indexed(2 ** 31))],
      connection(compressionError),
    ],
    'an endless integer': [[blockWith(Buffer.alloc(20, 0xff))], connection(compressionError)],
    'a literal with the name of an entry that does not exist': [
      [blockWith(literalAt(70, 'x', 'indexed'))],
      connection(compressionError),
    ],
    'a literal that ends too soon': [
      [blockWith(literal('x-long', 'abcdef').subarray(0, 10))],
      connection(compressionError),
    ],
    'a name longer than the block': [
      [blockWith(Buffer.from([0x00]), integer(5_000, 7, 0), Buffer.from('abc'))],
      connection(compressionError),
    ],
    'Huffman code with more than seven bits of padding': [
      [blockWith(Buffer.from([0x00, 0x01, 0x78, 0x82, 0x1f, 0xff]))],
      connection(compressionError),
    ],
    'Huffman code padded with zeros': [
      [blockWith(Buffer.from([0x00, 0x01, 0x78, 0x81, 0x18]))],
      connection(compressionError),
    ],
    'Huffman code that contains EOS': [
      [blockWith(Buffer.from([0x00, 0x01, 0x78, 0x84, 0xff, 0xff, 0xff, 0xff]))],
      connection(compressionError),
    ],
    'a table size above our limit': [
      [headers(3, Buffer.concat([tableSizeUpdate(4_097), BLOCK]), END)],
      connection(compressionError),
    ],
    'a change of the table’s size after the first field': [
      [blockWith(tableSizeUpdate(100))],
      connection(compressionError),
    ],
    'a broken block in trailers': [
      [OPEN, data(3, BODY), headers(3, indexed(0), END)],
      connection(compressionError),
    ],
    'a broken block on a stream that has ended': [
      [...REQUEST, 'settled', headers(3, indexed(0), END)],
      either(compressionError, streamClosed),
    ],
    'accepts changes of the table’s size before the first field': [
      [
        headers(3, Buffer.concat([tableSizeUpdate(0), tableSizeUpdate(4_096), BLOCK])),
        data(3, BODY, FLAG.endStream),
      ],
      answered(3),
    ],
    'keeps its table while it refuses requests': [
      [
        // The request is refused for its upper-case name. The entries that it adds still count for
        // later requests.
        headers(
          3,
          Buffer.concat([encodeBlock(requestLines(NOW_PATH), 'indexed'), literal('X-Big', '')]),
          END,
        ),
        headers(5, Buffer.concat([67, 66, 65, 64, 63, 62].map(indexed))),
        data(5, BODY, FLAG.endStream),
      ],
      { kind: 'answered', streamIds: [5], reset: [3] },
    ],
  },
  '5.1 stream states': {
    'DATA on an idle stream': [[data(3, BODY)], connection(protocolError)],
    'RST_STREAM on an idle stream': [[rstStream(3)], connection(protocolError)],
    'WINDOW_UPDATE on an idle stream': [[windowUpdate(3, 1)], connection(protocolError)],
    'accepts PRIORITY on an idle stream': [[priority(3), priority(99), ...REQUEST], answered(3)],
    'DATA after the end of the request': [[...held(3), data(3, BODY)], stream3(streamClosed)],
    'HEADERS after the end of the request': [
      [...held(3), headers(3, BLOCK, END)],
      stream3(streamClosed),
    ],
    'accepts WINDOW_UPDATE, PRIORITY and RST_STREAM after the end of the request': [
      [...held(3), windowUpdate(3, 10), priority(3), rstStream(3)],
      ignored,
    ],
    'DATA after RST_STREAM': [[OPEN, rstStream(3), data(3, BODY)], either(streamClosed)],
    'HEADERS after RST_STREAM': [[OPEN, rstStream(3), headers(3, BLOCK)], either(streamClosed)],
    'DATA after the answer': [[...REQUEST, 'settled', data(3, BODY)], either(streamClosed)],
    'HEADERS after the answer': [
      [...REQUEST, 'settled', headers(3, BLOCK, END)],
      either(streamClosed, protocolError),
    ],
    'accepts WINDOW_UPDATE, PRIORITY and RST_STREAM after the answer': [
      [...REQUEST, 'settled', windowUpdate(3, 10), priority(3), rstStream(3), ping(9)],
      answered(3),
    ],
    'a CONTINUATION on a stream that has ended': [
      [...REQUEST, 'settled', continuation(3, BLOCK)],
      connection(protocolError),
    ],
  },
  '5.1.1 stream identifiers': {
    'HEADERS on a stream with an even number': [
      [headers(2, BLOCK, END)],
      connection(protocolError),
    ],
    'HEADERS on a lower stream than the last': [
      [headers(7, BLOCK, END), headers(5, BLOCK, END)],
      connection(protocolError),
    ],
    'DATA on a stream that was skipped': [
      [...held(5), data(3, BODY)],
      either(protocolError, streamClosed),
    ],
    'DATA on a stream with an even number': [[data(2, BODY)], connection(protocolError)],
    'accepts the highest stream number': [
      [headers(WINDOW_MAX, BLOCK), data(WINDOW_MAX, BODY, FLAG.endStream)],
      answered(WINDOW_MAX),
    ],
  },
  '6.1 DATA': {
    'on stream 0': [[data(0, BODY)], connection(protocolError)],
    'with padding as long as the frame': [
      [OPEN, data(3, padded(Buffer.alloc(3), 0, 4), FLAG.padded)],
      connection(protocolError),
    ],
    'with padding but no length of it': [
      [OPEN, data(3, Buffer.alloc(0), FLAG.padded)],
      connection(protocolError, frameSizeError),
    ],
    'accepts padding, also a frame of padding only': [
      [
        OPEN,
        data(3, padded(BODY.subarray(0, 2), 200), FLAG.padded),
        data(3, padded(Buffer.alloc(0), 255), FLAG.padded),
        data(3, padded(BODY.subarray(2), 0), FLAG.padded | FLAG.endStream),
      ],
      answered(3),
    ],
  },
  '6.2 HEADERS': {
    'on stream 0': [[headers(0, BLOCK, END)], connection(protocolError)],
    'with more padding than the frame': [
      [headers(3, padded(BLOCK, 0, BLOCK.length + 1), END | FLAG.padded)],
      connection(protocolError),
    ],
    'with padding but no length of it': [
      [headers(3, Buffer.alloc(0), END | FLAG.padded)],
      connection(protocolError, frameSizeError),
    ],
    'with a priority that is too short': [
      [headers(3, Buffer.alloc(4), END | FLAG.priority)],
      connection(protocolError, frameSizeError),
    ],
    'with a priority and too much padding': [
      [headers(3, padded(priorityFields(0), 0, 1), END | FLAG.padded | FLAG.priority)],
      connection(protocolError, frameSizeError),
    ],
    'accepts padding and priority': [
      [
        headers(
          3,
          padded(Buffer.concat([priorityFields(1), BLOCK]), 30),
          FLAG.endHeaders | FLAG.padded | FLAG.priority,
        ),
        data(3, BODY, FLAG.endStream),
      ],
      answered(3),
    ],
  },
  '6.3 PRIORITY': {
    'on stream 0': [[priority(0)], connection(protocolError)],
    'accepts one for an open stream': [[OPEN, priority(3), data(3, BODY, 1)], answered(3)],
    'of a wrong length': [[OPEN, rawOf(FRAME_TYPE.priority, 4, 3)], stream3(frameSizeError)],
  },
  '6.4 RST_STREAM': {
    'on stream 0': [[rstStream(0)], connection(protocolError)],
    'that is too short': [[OPEN, rawOf(FRAME_TYPE.rstStream, 3, 3)], connection(frameSizeError)],
    'that is too long': [[OPEN, rawOf(FRAME_TYPE.rstStream, 5, 3)], connection(frameSizeError)],
    'accepts an unknown code': [[OPEN, rstStream(3, 0xffff)], ignored],
  },
  '6.5 SETTINGS': {
    'on a stream': [[frame(FRAME_TYPE.settings, 0, 3), ping(1)], connection(protocolError)],
    'of an odd length': [[rawOf(FRAME_TYPE.settings, 7)], connection(frameSizeError)],
    'an acknowledgement with content': [
      [rawOf(FRAME_TYPE.settings, 6, 0, FLAG.ack)],
      connection(frameSizeError),
    ],
    'ENABLE_PUSH above 1': [[setting(SETTING.enablePush, 2)], connection(protocolError)],
    'a window above 2^31 - 1': [
      [setting(SETTING.initialWindowSize, 2 ** 31)],
      connection(flowControlError),
    ],
    'a frame size below 16 384 bytes': [
      [setting(SETTING.frameSizeMax, FRAME_SIZE_DEFAULT - 1)],
      connection(protocolError),
    ],
    'a frame size of 2^24 bytes': [
      [setting(SETTING.frameSizeMax, 2 ** 24)],
      connection(protocolError),
    ],
    'accepts unknown ones, and all values at their limits': [
      [
        settings(
          [0xfafa, 0xffff_ffff],
          [SETTING.enablePush, 1],
          [SETTING.headerTableSize, 0xffff_ffff],
          [SETTING.concurrentStreamsMax, 0],
          [SETTING.initialWindowSize, WINDOW_MAX],
          [SETTING.frameSizeMax, 2 ** 24 - 1],
          [SETTING.headerListSizeMax, 0xffff_ffff],
        ),
        ...REQUEST,
      ],
      answered(3),
    ],
    'a window that makes the window of an open stream overflow': [
      [OPEN, windowUpdate(3, WINDOW_MAX - 65_535), setting(SETTING.initialWindowSize, 65_536)],
      connection(flowControlError),
    ],
  },
  '6.6 PUSH_PROMISE': {
    'from a client': [
      [frame(FRAME_TYPE.pushPromise, FLAG.endHeaders, 1, { payload: uint32(2) })],
      connection(protocolError),
    ],
  },
  '6.7 PING': {
    'on a stream': [
      [frame(FRAME_TYPE.ping, 0, 3, { payload: Buffer.alloc(8) })],
      connection(protocolError),
    ],
    'that is too short': [[rawOf(FRAME_TYPE.ping, 7)], connection(frameSizeError)],
    'that is too long': [[rawOf(FRAME_TYPE.ping, 9)], connection(frameSizeError)],
    'ignores an acknowledgement without a PING': [[ping(3, FLAG.ack), ...REQUEST], answered(3)],
  },
  '6.8 GOAWAY': {
    'on a stream': [
      [frame(FRAME_TYPE.goaway, 0, 3, { payload: Buffer.alloc(8) })],
      connection(protocolError),
    ],
    'that is too short': [[rawOf(FRAME_TYPE.goaway, 7)], connection(frameSizeError)],
  },
  '6.9 WINDOW_UPDATE': {
    'that is too short': [[rawOf(FRAME_TYPE.windowUpdate, 3)], connection(frameSizeError)],
    'that is too long': [[rawOf(FRAME_TYPE.windowUpdate, 5, 1)], connection(frameSizeError)],
    'by 0 for the connection': [[windowUpdate(0, 0)], connection(protocolError)],
    'by 0 for a stream': [[OPEN, windowUpdate(3, 0)], stream3(protocolError)],
    'by 0 and the reserved bit for a stream': [
      [OPEN, windowUpdate(3, 0x8000_0000)],
      stream3(protocolError),
    ],
    'above 2^31 - 1 for the connection': [
      [windowUpdate(0, WINDOW_MAX - 65_535), windowUpdate(0, 1)],
      connection(flowControlError),
    ],
    'above 2^31 - 1 for a stream': [
      [OPEN, windowUpdate(3, WINDOW_MAX - 65_535), windowUpdate(3, 1)],
      stream3(flowControlError),
    ],
    'accepts one up to 2^31 - 1': [
      [
        OPEN,
        windowUpdate(3, WINDOW_MAX - 65_535),
        windowUpdate(0, WINDOW_MAX - 65_535),
        data(3, BODY, FLAG.endStream),
      ],
      answered(3),
    ],
  },
  '6.10 CONTINUATION': {
    'without a block to continue': [[continuation(3, BLOCK)], connection(protocolError)],
    'on stream 0': [[continuation(0, BLOCK)], connection(protocolError)],
    'after a complete block': [[OPEN, continuation(3, BLOCK)], connection(protocolError)],
    'of the block of another stream': [
      [headers(3, BLOCK, 0), continuation(5, Buffer.alloc(0))],
      connection(protocolError),
    ],
    'DATA inside a block': [[headers(3, BLOCK, 0), data(3, BODY)], connection(protocolError)],
    'HEADERS inside a block': [
      [headers(3, BLOCK, 0), headers(5, BLOCK, END)],
      connection(protocolError),
    ],
    'PING inside a block': [[headers(3, BLOCK, 0), ping(1)], connection(protocolError)],
    'PRIORITY inside a block': [[headers(3, BLOCK, 0), priority(3)], connection(protocolError)],
    'an unknown frame inside a block': [
      [headers(3, BLOCK, 0), rawOf(0xfa, 0, 3)],
      connection(protocolError),
    ],
    'accepts a block in many pieces': [
      [
        headers(3, BLOCK.subarray(0, 1), 0),
        continuation(3, BLOCK.subarray(1, 2), 0),
        continuation(3, Buffer.alloc(0), 0),
        continuation(3, BLOCK.subarray(2, 40), 0),
        continuation(3, BLOCK.subarray(40)),
        data(3, BODY, FLAG.endStream),
      ],
      answered(3),
    ],
  },
  '8.1 messages': {
    'trailers that do not end the request': [
      withTrailers([['x-checksum', '1']], FLAG.endHeaders),
      stream3(protocolError),
    ],
    'accepts trailers': [withTrailers([['x-checksum', '1']]), answered(3)],
    'less DATA than its content-length': [
      requestWith([['content-length', String(BODY.length + 1)]]),
      stream3(protocolError),
    ],
    'more DATA than its content-length': [
      requestWith([['content-length', String(BODY.length - 1)]]),
      stream3(protocolError),
    ],
    'a content-length that is not a number': [
      requestWith([['content-length', `+${BODY.length}`]]),
      stream3(protocolError),
    ],
    'two content-lengths': [
      requestWith([
        ['content-length', String(BODY.length)],
        ['content-length', String(BODY.length + 1)],
      ]),
      stream3(protocolError),
    ],
    'accepts a correct content-length': [
      requestWith([['content-length', String(BODY.length)]]),
      answered(3),
    ],
  },
  '8.2 header fields': {
    'a name in capitals': [requestWith([['X-User', '1']]), stream3(protocolError)],
    'a name with a space': [requestWith([['x user', '1']]), stream3(protocolError)],
    'a name with a colon inside': [requestWith([['x:user', '1']]), stream3(protocolError)],
    'an empty name': [requestWith([['', '1']]), stream3(protocolError)],
    'a name with a control character': [requestWith([['x\u0001', '1']]), stream3(protocolError)],
    'a name outside ASCII': [requestWith([['x\u00e9', '1']]), stream3(protocolError)],
    'a value with a line break': [requestWith([['x-a', 'b\r\nx-c: d']]), stream3(protocolError)],
    'a value with a line feed': [requestWith([['x-a', 'b\n']]), stream3(protocolError)],
    'a value with NUL': [requestWith([['x-a', 'b\0c']]), stream3(protocolError)],
    'a value with a space at the start': [requestWith([['x-a', ' b']]), stream3(protocolError)],
    'a value with a tab at the end': [requestWith([['x-a', 'b\t']]), stream3(protocolError)],
    'accepts bytes outside ASCII in a value': [requestWith([['x-a', 'b\u00e9']]), answered(3)],
    connection: [requestWith([['connection', 'close']]), stream3(protocolError)],
    'keep-alive': [requestWith([['keep-alive', '1']]), stream3(protocolError)],
    'proxy-connection': [requestWith([['proxy-connection', 'close']]), stream3(protocolError)],
    'transfer-encoding': [requestWith([['transfer-encoding', 'chunked']]), stream3(protocolError)],
    upgrade: [requestWith([['upgrade', 'h2c']]), stream3(protocolError)],
    'te with another value than trailers': [requestWith([['te', 'gzip']]), stream3(protocolError)],
    'a name in capitals in trailers': [withTrailers([['X-A', '1']]), stream3(protocolError)],
    'connection in trailers': [withTrailers([['connection', 'close']]), stream3(protocolError)],
  },
  '8.3 pseudo-headers': {
    'one after a regular header': [
      request([['x-first', '1'], ...requestLines(NOW_PATH)]),
      stream3(protocolError),
    ],
    'an unknown one': [requestWith([[':protocol', 'websocket']]), stream3(protocolError)],
    'one of a response': [requestWith([[':status', '200']]), stream3(protocolError)],
    'one in capitals': [requestWith([[':Path', NOW_PATH]]), stream3(protocolError)],
    'two methods': [twice(':method', 'POST'), stream3(protocolError)],
    'two schemes': [twice(':scheme', 'http'), stream3(protocolError)],
    'two paths': [twice(':path', NOW_PATH), stream3(protocolError)],
    'two authorities': [twice(':authority', 'curfew'), stream3(protocolError)],
    'no method': [without(':method'), stream3(protocolError)],
    'no scheme': [without(':scheme'), stream3(protocolError)],
    'no path': [without(':path'), stream3(protocolError)],
    'an empty path': [requestWith([[':path', '']]), stream3(protocolError)],
    'one in trailers': [withTrailers([[':path', NOW_PATH]]), stream3(protocolError)],
    'accepts a request without an authority': [without(':authority'), answered(3)],
  },
};

function held(streamId: number): Step[] {
  const block = encodeBlock(requestLines(HELD_PATH));
  return [headers(streamId, block), data(streamId, BODY, FLAG.endStream), 'settled'];
}

function twice(name: string, value: string): Step[] {
  return request([[name, value], ...requestLines(NOW_PATH)]);
}

/** Opens a connection with a waiting call on stream 1. */
async function underWay(limits: Partial<Http2Limits> = {}): Promise<Scene> {
  const echo = new EchoMethods();
  const server = new UnaryServer({ methods: echo.methods, limits });
  const { peer } = Peer.inMemory((wire) => {
    server.serve(wire);
  });
  peer.begin();
  peer.call(1, HELD_PATH, 'bystander');
  await peer.settled();
  expect(echo.held).to.have.lengthOf(1);
  return { echo, server, peer };
}

interface Scene {
  readonly echo: EchoMethods;
  readonly server: UnaryServer;
  readonly peer: Peer;
}

async function play({ peer }: Scene, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (step !== 'settled') peer.send(step);
    // oxlint-disable-next-line no-await-in-loop -- the steps follow each other
    else await peer.settled();
  }
  await peer.settled();
}

async function expectUnharmed({ peer, echo }: Scene): Promise<void> {
  const [bystander] = echo.held;
  if (bystander === undefined) throw new Error('the call on stream 1 is gone');
  echo.answer(bystander);
  const isAlive = peer.ping();
  await peer.settled();
  expect(messagesOf(peer.reply(1))).to.deep.equal([replyText(bystander)]);
  expect(peer.conversation.goaways).to.deep.equal([]);
  expect([isAlive(), peer.isEnded]).to.deep.equal([true, false]);
}

function expectConnectionError({ peer, echo }: Scene, codes: readonly number[]): void {
  expect(codes).to.include(peer.conversation.goaways.at(-1)?.code);
  expect(peer.isEnded).to.equal(true);
  expect(echo.asked[0]).to.include({ abandoned: 'cancelled', abandonments: 1 });
  expect(peer.reply(1)).to.equal(undefined);
}

async function expectOutcome(scene: Scene, expected: Expected): Promise<void> {
  const { peer, echo } = scene;
  const resets = [...peer.conversation.replies].filter(
    ([, { resetCode }]) => resetCode !== undefined,
  );
  if (expected.kind === 'connection error') return expectConnectionError(scene, expected.codes);
  if (expected.kind === 'either error' && peer.isEnded) {
    return expectConnectionError(scene, expected.codes);
  }
  if (expected.kind === 'answered') {
    expect(resets.map(([streamId]) => streamId)).to.deep.equal(expected.reset ?? []);
    for (const streamId of expected.streamIds) {
      expect(valueOf(peer.reply(streamId), 'grpc-status')).to.equal('0');
      expect(messagesOf(peer.reply(streamId))).to.have.lengthOf(1);
    }
  } else {
    expect(resets.map(([streamId]) => streamId)).to.deep.equal([3]);
    expect(expected.codes).to.include(peer.reply(3)?.resetCode);
    // A refused request must not reach its handler, unless the fault came after the whole request.
    expect(
      echo.asked.filter(({ message, given }) => message === 'third' && given),
    ).to.have.lengthOf.at.most(1);
  }
  return expectUnharmed(scene);
}

describe('http2: what a peer must not do', () => {
  for (const [section, violations] of Object.entries(VIOLATIONS)) {
    describe(section, () => {
      for (const [what, [steps, expected]] of Object.entries(violations)) {
        const outcome = expected.kind === 'answered' ? '' : ` is a ${expected.kind}`;
        it(`${what}${outcome}`, async () => {
          const scene = await underWay();
          await play(scene, steps);
          await expectOutcome(scene, expected);
          expect(scene.peer.conversation.faults).to.deep.equal([]);
          scene.peer.break();
          scene.server.destroy();
        });
      }
    });
  }
});
