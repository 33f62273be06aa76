// Builds the programs that take minutes the first time while other tests run. verify.ts starts it
// with the lowest priority. A test that needs a program before it is ready waits for it, or builds
// it itself.

import {
  provideOutsideJava,
  provideOutsideNode,
  provideOutsidePython,
} from './outside-programs.ts';
import {
  provideApiServer,
  provideEgctl,
  provideHelm,
  provideIstio,
  provideKubectl,
  provideOauth2Proxy,
  provideSchemathesis,
} from './test-programs.ts';

// In the order in which the tests in test/deploy need them.
const BUILDS = [
  provideEgctl,
  provideKubectl,
  provideHelm,
  provideApiServer,
  provideIstio,
  provideOauth2Proxy,
  provideSchemathesis,
  provideOutsideNode,
  provideOutsidePython,
  provideOutsideJava,
];

// oxlint-disable-next-line no-await-in-loop -- the compiler uses all cores as it is
for (const build of BUILDS) await build();
