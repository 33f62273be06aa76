import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
const FAULTS = 42;

// That the links lead to files is held for all pages, in test/deploy/pages/links.test.ts.
describe('the list of faults', () => {
  const items = PAGE.split(/^- (?=\*\*F\d+ )/m).slice(1);

  it('has each fault once, in order', () => {
    const numbers = items.map((item) => Number(/^\*\*F(\d+) /.exec(item)?.[1]));
    expect(numbers).to.deep.equal(Array.from({ length: FAULTS }, (_, index) => index + 1));
  });

  it('links a test for each, or says that it is open', () => {
    const without = items.filter((item) => !/\]\(\S+\)/.test(item) && !/\b[Oo]pen\b/.test(item));
    expect(without).to.deep.equal([]);
  });
});
