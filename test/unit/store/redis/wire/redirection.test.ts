import { expect } from 'chai';
import { RespError } from '../../../../../src/store/redis/wire/resp.ts';

const redirectionOf = (text: string) => new RespError(text).redirection;

describe('a redirection of a Cluster', () => {
  it('names a slot, a host and a port', () => {
    const moved = { slot: 3_999, host: '127.0.0.1', port: 6_381 };
    expect(redirectionOf('MOVED 3999 127.0.0.1:6381')).to.deep.equal(moved);
    expect(redirectionOf('ASK 3999 127.0.0.1:6381')).to.deep.equal(moved);
    expect(redirectionOf('MOVED 0 node-1.example:1')).to.deep.equal({
      slot: 0,
      host: 'node-1.example',
      port: 1,
    });
  });

  it('may have an address of version 6, or no host', () => {
    expect(redirectionOf('MOVED 16383 fe80::1:65535')).to.deep.equal({
      slot: 16_383,
      host: 'fe80::1',
      port: 65_535,
    });
    expect(redirectionOf('MOVED 5 :6381')).to.deep.equal({ slot: 5, host: '', port: 6_381 });
  });

  for (const text of [
    'MOVED',
    'MOVED 3999',
    'MOVED 16384 127.0.0.1:6381',
    'MOVED -1 127.0.0.1:6381',
    'MOVED 1e3 127.0.0.1:6381',
    'MOVED 3999 127.0.0.1',
    'MOVED 3999 127.0.0.1:0',
    'MOVED 3999 127.0.0.1:65536',
    'MOVED 3999 127.0.0.1:6381 and more',
    'MOVED 3999  127.0.0.1:6381',
    'MOVED 3999 ?:6381',
    `MOVED 3999 ${'a'.repeat(256)}:6381`,
    'ERR MOVED 3999 127.0.0.1:6381',
  ]) {
    it(`is not read from '${text.slice(0, 40)}'`, () => {
      expect(redirectionOf(text)).to.equal(undefined);
    });
  }
});
