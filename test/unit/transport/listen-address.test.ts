import { expect } from 'chai';
import {
  formatListenAddress,
  parseListenAddress,
  reachableAddress,
} from '../../../src/transport/listen-address.ts';

describe('listen-address', () => {
  const GOOD: readonly (readonly [text: string, parsed: object])[] = [
    ['127.0.0.1:9001', { kind: 'tcp', host: '127.0.0.1', port: 9001 }],
    ['localhost:0', { kind: 'tcp', host: 'localhost', port: 0 }],
    ['[::1]:65535', { kind: 'tcp', host: '[::1]', port: 65_535 }],
    ['unix:/run/curfew.sock', { kind: 'unix', path: '/run/curfew.sock' }],
    ['unix:curfew.sock', { kind: 'unix', path: 'curfew.sock' }],
  ];
  for (const [text, parsed] of GOOD) {
    it(`parses ${text}, and formats it the same`, () => {
      expect(parseListenAddress(text)).to.deep.equal(parsed);
      expect(formatListenAddress(parseListenAddress(text))).to.equal(text);
    });
  }

  it('parses the form with an empty authority', () => {
    expect(parseListenAddress('unix:///run/a')).to.deep.equal({ kind: 'unix', path: '/run/a' });
  });

  for (const text of [
    '',
    '9001',
    ':9001',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    'unix:',
    '::1:9001',
    'http://a:1',
    'a b:1',
    '127.0.0.1:-1',
  ]) {
    it(`refuses "${text}"`, () => {
      expect(() => parseListenAddress(text)).to.throw(RangeError, 'is not a valid address');
    });
  }

  const REACHED = [
    ['0.0.0.0:9001', '127.0.0.1:9001'],
    ['[::]:9001', '[::1]:9001'],
    ['127.0.0.1:9001', '127.0.0.1:9001'],
    ['unix:/run/a', 'unix:/run/a'],
  ] as const;
  for (const [listening, reached] of REACHED) {
    it(`is reachable at ${reached} if it is ${listening}`, () => {
      const address = reachableAddress(parseListenAddress(listening));
      expect(formatListenAddress(address)).to.equal(reached);
    });
  }
});
