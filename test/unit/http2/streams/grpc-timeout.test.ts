import { expect } from 'chai';
import { grpcTimeoutMs } from '../../../../src/http2/streams/grpc-timeout.ts';

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
