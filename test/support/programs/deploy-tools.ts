import { join } from 'node:path';
import { builtOrSkip } from './built-or-skip.ts';
import { debianProgramOrSkip } from './provision-or-skip.ts';
import { provideGoProgram, provideGoTool } from '../../../tools/provide-go-program.ts';
import {
  provideEgctl,
  provideHelm,
  provideKubectl,
  provideOauth2Proxy,
} from '../../../tools/test-programs.ts';

// The programs with which a platform team checks its deployment, for a suite's `before`: without one
// its tests are skipped, and fail if CI is set.

/** The Envoy that the version of Envoy Gateway in `tools/test-programs.ts` runs by default. */
export const ENVOY_OF_ENVOY_GATEWAY = '1.39.1';

/** `kubectl`. */
export function kubectlOrSkip(context: Mocha.Context): Promise<string> {
  return builtOrSkip(context, 'kubectl', provideKubectl());
}

/** `helm`. */
export function helmOrSkip(context: Mocha.Context): Promise<string> {
  return builtOrSkip(context, 'helm', provideHelm());
}

/** `kubeconform`, which validates objects against JSON schemas. */
export function kubeconformOrSkip(context: Mocha.Context): Promise<string> {
  const building = provideGoTool('github.com/yannh/kubeconform/cmd/kubeconform', 'v0.8.0');
  return builtOrSkip(context, 'kubeconform', building);
}

/** `prometheus`, the server. */
export function prometheusOrSkip(context: Mocha.Context): Promise<string> {
  return debianProgramOrSkip(context, 'prometheus', 'prometheus');
}

/** `promtool`, which tests rules. */
export function promtoolOrSkip(context: Mocha.Context): Promise<string> {
  return debianProgramOrSkip(context, 'promtool', 'prometheus');
}

/** `egctl`, which translates the objects that Envoy Gateway reads into Envoy's configuration. Takes minutes to build. */
export function egctlOrSkip(context: Mocha.Context): Promise<string> {
  return builtOrSkip(context, 'egctl', provideEgctl());
}

/** `oauth2-proxy`, a login that is often put in front of applications. */
export function oauth2ProxyOrSkip(context: Mocha.Context): Promise<string> {
  return builtOrSkip(context, 'oauth2-proxy', provideOauth2Proxy());
}

/** A program that reads a dashboard by Grafana's own definitions, as strictly as they allow. */
export function grafanaDashboardOrSkip(context: Mocha.Context): Promise<string> {
  const folder = join(import.meta.dirname, '..', '..', 'programs', 'grafana-dashboard');
  return builtOrSkip(context, 'grafana-dashboard', provideGoProgram('grafana-dashboard', folder));
}
