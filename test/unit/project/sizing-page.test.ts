import { expect } from 'chai';
import { pageText } from '../../support/pages/all-pages.ts';

// Where the benchmarks have each figure that the page starts from.
const STARTS_FROM: readonly (readonly [string, RegExp])[] = [
  ['13.6 µs', /^\| Curfew fast +\| 54 354 [^|]*\| +13\.6 /m],
  ['9.52 µs', /^\| Curfew fast +\| 54 354 [^|]*\|[^|]*\| +9\.52 /m],
  ['15.3 µs', /^\| Curfew fast +\| +27 200 .*\| +15\.3 \(/m],
  ['53.5 µs', /^\| Curfew fast +\| +0\.269 .*\| +53\.5 \(/m],
  ['22.5 µs', /^\| activity, written .*\| +22\.5 \|/m],
  ['37.6 µs', /^\| CPU µs of Redis, each +\| +37\.6 /m],
  ['367 B', /^\| live, with its deadline entry .*\| +367 \|/m],
  ['479 B', /^\| live, with a subject .*\| +479 \|/m],
  ['241 B', /^\| tombstone +\| +241 \|/m],
  ['27.7 MB', /^\| events, full: .*\| +27\.7 \|/m],
];

describe('the page about sizing', () => {
  for (const [figure, row] of STARTS_FROM) {
    it(`starts from ${figure}, as the benchmarks say`, () => {
      expect(pageText('docs/sizing.md')).to.include(figure);
      expect(pageText('test/bench/README.md')).to.match(row);
    });
  }
});
