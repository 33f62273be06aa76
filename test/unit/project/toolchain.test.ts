import { expect } from 'chai';

describe('toolchain', () => {
  it('runs on a Node that strips types by itself', () => {
    expect(process.features.typescript).to.equal('strip');
  });
});
