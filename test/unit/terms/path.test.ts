import { expect } from 'chai';
import { pathWithoutQuery } from '../../../src/terms/path.ts';

describe('the path without its query', () => {
  for (const [target, path] of [
    ['/a/b', '/a/b'],
    ['/a?b=c', '/a'],
    ['/a?b?c', '/a'],
    ['/a?', '/a'],
    ['?a', ''],
    ['', ''],
    ['/a%3Fb', '/a%3Fb'],
    ['/a#b?c', '/a#b'],
  ] as const) {
    it(`of ${JSON.stringify(target)} is ${JSON.stringify(path)}`, () => {
      expect(pathWithoutQuery(target)).to.equal(path);
    });
  }
});
