import { expect } from 'chai';
import { nearestWord, suggestion } from '../../../src/terms/nearest-word.ts';

const KEYS = ['idle', 'absolute', 'credential_lifetime', 'jwks_file', 'match'];

describe('the nearest word', () => {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['idel', 'idle'],
    ['Idle', 'idle'],
    ['idlee', 'idle'],
    ['credentialLifetime', 'credential_lifetime'],
    ['credential-life-time', 'credential_lifetime'],
    ['matches', 'match'],
    ['jwks', 'jwks_file'],
    ['xyz', undefined],
    ['', undefined],
    ['idle'.repeat(1_000), undefined],
  ];
  for (const [written, meant] of rows) {
    it(`to "${written.slice(0, 20)}" is ${meant ?? 'none'}`, () => {
      expect(nearestWord(written, KEYS)).to.equal(meant);
    });
  }

  it('is suggested, or else all there are', () => {
    expect(suggestion('abslute', KEYS)).to.equal('did you mean "absolute"?');
    expect(suggestion('xyz', ['a', 'b'])).to.equal('expected one of: a, b');
    expect(suggestion('xyz', [])).to.equal(undefined);
  });
});
