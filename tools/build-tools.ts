// Builds the programs that take minutes the first time. verify.ts starts it beside the static checks,
// and waits for it before the tests. A test whose program is not there builds it itself, and reports
// why it cannot.

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

for (const build of BUILDS) {
  // oxlint-disable-next-line no-await-in-loop -- the compiler uses all cores as it is
  await build().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
}
