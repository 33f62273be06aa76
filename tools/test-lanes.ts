// All tests, in two lanes at the same time: most tests wait for a server or for a clock. The output of
// the second lane follows when it has ended, so that both can be read.

import { report, runMocha, totalOf } from './run-mocha.ts';

const [first, second] = await Promise.all([
  runMocha({
    name: 'product',
    args: ['test/{conformance,e2e,faults,integration,model,unit}/**/*.test.ts'],
  }),
  runMocha({
    name: 'surroundings',
    args: ['test/{deploy,outside}/**/*.test.ts'],
    isKeptBack: true,
  }),
]);
report(totalOf([first, second]));
