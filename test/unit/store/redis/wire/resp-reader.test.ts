import { expect } from 'chai';
import {
  REPLY_BYTES_MAX,
  RespReader,
  UnreadableReply,
} from '../../../../../src/store/redis/wire/resp-reader.ts';
import type { RespReply } from '../../../../../src/store/redis/wire/resp.ts';
import { RespError } from '../../../../../src/store/redis/wire/resp.ts';

class Replies {
  readonly all: RespReply[] = [];
  text(bytes: Buffer, from: number, to: number): void {
    this.all.push(bytes.toString('utf8', from, to));
  }
  other(reply: RespReply): void {
    this.all.push(reply);
  }
}

function read(...chunks: readonly string[]): RespReply[] {
  const replies = new Replies();
  const reader = new RespReader(replies);
  for (const chunk of chunks) reader.read(Buffer.from(chunk, 'latin1'));
  return replies.all;
}

describe('RespReader', () => {
  const MANY =
    '$6\r\na\r\n\r\nb\r\n+OK\r\n:-12\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n*3\r\n$1\r\nx\r\n:5\r\n*2\r\n$-1\r\n+y\r\n-ERR canary text\r\n$2\r\nzz\r\n';
  const READ = [
    'a\r\n\r\nb',
    'OK',
    '-12',
    '',
    null,
    null,
    [],
    ['x', '5', [null, 'y']],
    new RespError('ERR'),
    'zz',
  ];

  it('reads every kind of reply', () => {
    expect(read(MANY)).to.deep.equal(READ);
  });

  it('reads them however they are cut', () => {
    expect(read(...MANY.split(''))).to.deep.equal(READ);
    for (let first = 1; first < MANY.length; first += 1) {
      for (let second = first + 1; second < MANY.length; second += 7) {
        const parts = [MANY.slice(0, first), MANY.slice(first, second), MANY.slice(second)];
        expect(read(...parts)).to.deep.equal(READ);
      }
    }
  });

  it('keeps only the first word of an error', () => {
    const [error] = read('-NOPERM User curfew has no permissions for curfew:1:canary\r\n');
    expect(JSON.stringify(error)).to.equal('{"kind":"refused","word":"NOPERM"}');
    expect(read('-ERR user_script: canary\r\n')).to.deep.equal([new RespError('ERR')]);
    expect(read('-lower case\r\n')).to.deep.equal([new RespError('ERR')]);
  });

  for (const [name, bytes] of [
    ['an unknown type', '!x\r\n'],
    ['a line feed alone', '+OK\n+OK\r\nxx\r'],
    ['a length that is not a number', '$6x\r\n'],
    ['an empty length', '$\r\n'],
    ['a negative length', '$-2\r\n'],
    ['a length with a sign', '$+2\r\nab\r\n'],
    ['a text that does not end where it should', '$2\r\nabc\r\n'],
    ['a huge text', `$${REPLY_BYTES_MAX + 1}\r\n`],
    ['a length beyond numbers', '$99999999999999999999\r\n'],
    ['lists without end', '*1\r\n'.repeat(20_000)],
    ['a line without end', `+${'x'.repeat(5_000)}`],
    ['a long line', `+${'x'.repeat(5_000)}\r\n`],
  ] as const) {
    it(`refuses ${name}`, () => {
      expect(() => read(bytes)).to.throw(UnreadableReply);
      // In single bytes the fault may be found later, but it is found.
      expect(() => read(...`${bytes.slice(0, 6_000)}\r\n\r\n`.split(''))).to.throw(UnreadableReply);
    });
  }

  it('keeps at most the longest reply', () => {
    const reader = new RespReader(new Replies());
    reader.read(Buffer.from(`*${10 ** 9}\r\n`));
    const chunk = Buffer.from('$60000\r\n'.padEnd(60_008, 'x').concat('\r\n'));
    expect(() => {
      for (let chunks = 0; chunks < 100; chunks += 1) reader.read(chunk);
    }).to.throw(UnreadableReply);
  });

  it('gives nothing more after it was stopped, not even the rest of a chunk', () => {
    const seen: string[] = [];
    const reader: RespReader = new RespReader({
      text: (bytes, from, to) => {
        seen.push(bytes.toString('utf8', from, to));
        reader.stop();
      },
      other: () => seen.push('other'),
    });
    reader.read(Buffer.from('$1\r\na\r\n$1\r\nb\r\n'));
    reader.read(Buffer.from('$1\r\nc\r\n'));
    expect(seen).to.deep.equal(['a']);
  });
});
