// Builds ahead what takes minutes the first time, while other tests run: started by verify.ts, with the least priority. A test
// that needs a program before it is there waits for it, or builds it itself.

import { provideEgctl, provideHelm, provideKubectl, provideOauth2Proxy } from './deploy-tools.ts';
import { provideIstio } from './istio/istio.ts';
import { provideApiServer } from './kubernetes/api-server.ts';

// In the order in which the tests in test/deploy come to them.
const BUILDS = [
  provideEgctl,
  provideKubectl,
  provideHelm,
  provideApiServer,
  provideIstio,
  provideOauth2Proxy,
];

// oxlint-disable-next-line no-await-in-loop -- the compiler uses all cores as it is
for (const build of BUILDS) await build();
