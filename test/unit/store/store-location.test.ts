import { expect } from 'chai';
import { filesWithoutEffect } from '../../../src/store/store-files.ts';
import { describeStore, isShared } from '../../../src/store/store-location.ts';
import { locationOf } from '../../support/store/location-of.ts';

describe('a store location', () => {
  const tlsFiles = ['caFile', 'certFile', 'keyFile'];
  const table = [
    ['memory:', false, ['passwordFile', ...tlsFiles]],
    ['redis://redis', true, tlsFiles],
    ['rediss://redis', true, []],
    ['redis+sentinel://a,b/main', true, tlsFiles],
    ['rediss+sentinel://a,b/main', true, []],
    ['redis+cluster://a,b', true, tlsFiles],
    ['rediss+cluster://a,b', true, []],
  ] as const;
  for (const [text, shared, files] of table) {
    it(`says whether replicas can share ${text}, and which files it does not read`, () => {
      expect(isShared(locationOf(text))).to.equal(shared);
      expect(filesWithoutEffect(locationOf(text)).files).to.deep.equal(files);
      expect(describeStore(locationOf(text))).to.equal(text);
    });
  }
});
