import { expect } from 'chai';
import type { UnaryMethod } from '../../../src/http2/streams/unary-call.ts';
import { UnaryServer } from '../../../src/http2/unary-server.ts';
import { NOW_PATH } from '../../support/http2/echo-methods.ts';
import { data, FLAG, grpcMessage, headers } from '../../support/http2/frames.ts';
import { Peer, requestLines } from '../../support/http2/peer.ts';
import {
  encodeBlock,
  type HeaderLines,
  type LiteralKind,
} from '../../support/http2/hpack/plain-hpack.ts';

type Asked = [wanted: string | undefined, other: string | undefined];

describe('http2: headers of a request', () => {
  let server: UnaryServer;
  let peer: Peer;
  let asked: Asked[];
  let streamId: number;

  function start(wanted: readonly string[] | undefined): void {
    const method: UnaryMethod = {
      path: NOW_PATH,
      ...(wanted === undefined ? {} : { headers: wanted }),
      handle: (_message, asking) => {
        asked.push([asking.header('x-wanted'), asking.header('x-other')]);
        asking.reply('');
      },
    };
    server = new UnaryServer({ methods: [method] });
    ({ peer } = Peer.inMemory((wire) => {
      server.serve(wire);
    }));
    peer.begin();
    asked = [];
    streamId = -1;
  }

  afterEach(() => {
    expect(peer.conversation.faults).to.deep.equal([]);
    peer.break();
    server.destroy();
  });

  async function call(more: HeaderLines, kind: LiteralKind = 'plain'): Promise<Asked | undefined> {
    streamId += 2;
    peer.send(headers(streamId, encodeBlock(requestLines(NOW_PATH, more), kind)));
    peer.send(data(streamId, grpcMessage(Buffer.from('')), FLAG.endStream));
    await peer.settled();
    return asked.pop();
  }

  it('reach the method that wants them, separately for each call, in every encoding', async () => {
    start(['x-wanted']);
    for (const kind of ['plain', 'never', 'indexed'] as const) {
      // The same block twice in a row is recognised by its bytes. Then another block comes, then
      // the first again.
      for (const value of ['a', 'a', 'b', 'a', 'c']) {
        // oxlint-disable-next-line no-await-in-loop -- on one connection, one after the other
        expect(await call([['x-wanted', value]], kind)).to.deep.equal([value, undefined]);
      }
      // oxlint-disable-next-line no-await-in-loop
      expect(await call([], kind)).to.deep.equal([undefined, undefined]);
    }
  });

  it('are joined if they come in several lines', async () => {
    start(['x-wanted']);
    const lines = [
      ['x-wanted', 'a'],
      ['x-other', 'o'],
      ['x-wanted', 'b'],
    ] as const;
    expect(await call(lines)).to.deep.equal(['a,b', undefined]);
  });

  it('are not kept if no method wants them', async () => {
    start(undefined);
    expect(await call([['x-wanted', 'a']])).to.deep.equal([undefined, undefined]);
    start([]);
    expect(await call([['x-wanted', 'a']])).to.deep.equal([undefined, undefined]);
  });

  it('are checked like all others: a forbidden character makes the request malformed', async () => {
    start(['x-wanted']);
    expect(await call([['x-wanted', 'a\0']])).to.equal(undefined);
    expect(await call([['x-wanted', 'a']])).to.deep.equal(['a', undefined]);
  });
});
