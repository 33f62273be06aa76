import { expect } from 'chai';
import { grpcTimeoutMs } from '../../../src/http2/grpc-timeout.ts';
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
    it(`understands ${text}, and writes it alike`, () => {
      expect(parseListenAddress(text)).to.deep.equal(parsed);
      expect(formatListenAddress(parseListenAddress(text))).to.equal(text);
    });
  }

  it('understands the form with an empty authority', () => {
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
      expect(() => parseListenAddress(text)).to.throw(RangeError, 'is no address');
    });
  }

  const REACHED = [
    ['0.0.0.0:9001', '127.0.0.1:9001'],
    ['[::]:9001', '[::1]:9001'],
    ['127.0.0.1:9001', '127.0.0.1:9001'],
    ['unix:/run/a', 'unix:/run/a'],
  ] as const;
  for (const [listening, reached] of REACHED) {
    it(`is reached at ${reached} when it is ${listening}`, () => {
      const address = reachableAddress(parseListenAddress(listening));
      expect(formatListenAddress(address)).to.equal(reached);
    });
  }
});

describe('grpc-timeout', () => {
  const TIMEOUTS = [
    ['200m', 200],
    ['0m', 0],
    ['00000000n', 0],
    ['1S', 1000],
    ['2M', 120_000],
    ['1H', 3_600_000],
    ['500u', 0.5],
    ['1n', 1e-6],
    ['', undefined],
    ['200', undefined],
    ['m', undefined],
    ['-1m', undefined],
    ['1.5S', undefined],
    ['123456789m', undefined],
    ['1 m', undefined],
  ] as const;
  for (const [text, milliseconds] of TIMEOUTS) {
    it(`"${text}" is ${milliseconds} ms`, () => {
      expect(grpcTimeoutMs(text)).to.equal(milliseconds);
    });
  }
});
