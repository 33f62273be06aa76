import { expect } from 'chai';
import { PartCache } from '../../../../src/transport/codec/part-cache.ts';
import { utf8 } from '../../../../src/transport/codec/wire-writer.ts';

describe('part-cache', () => {
  it('makes a part once, and keeps a bounded number of them', () => {
    let made = 0;
    const cache = new PartCache((text) => {
      made += 1;
      return `<${text}>`;
    });
    expect([cache.of('a'), cache.of('a')]).to.deep.equal(['<a>', '<a>']);
    expect(made).to.equal(1);
    for (let n = 0; n < 1_000; n += 1) cache.of(`part ${n}`);
    expect(cache.of('a')).to.equal('<a>');
    expect(made).to.equal(1_002);
  });

  it('keeps nothing if a part cannot be made', () => {
    const cache = new PartCache((text) => utf8(text));
    expect(() => cache.of(7 as unknown as string)).to.throw(TypeError);
    expect(() => cache.of(7 as unknown as string)).to.throw(TypeError);
  });
});
