import { join } from 'node:path';
import { builtOrSkip } from './built-or-skip.ts';
import type { BuiltProgram } from './built-program.ts';
import { provideGoProgram, provideGoTool } from './provide-go-program.ts';
import { debianProgramOrSkip } from './provision.ts';

// The programs by which a platform team checks what it deploys, each at a fixed version, for a suite's `before`:
// without one its tests are skipped, and fail where CI is set.

const tools = join(import.meta.dirname, '..', 'tools');

const ENVOY_GATEWAY_VERSION = 'v1.9.1';
/** The Envoy that this version of Envoy Gateway runs by default. */
export const ENVOY_OF_ENVOY_GATEWAY = '1.39.1';

/** Builds `kubectl`. */
export function provideKubectl(): Promise<BuiltProgram> {
  return provideGoProgram('kubectl', join(tools, 'kubectl'));
}

/** Builds `helm`. */
export function provideHelm(): Promise<BuiltProgram> {
  return provideGoTool('helm.sh/helm/v3/cmd/helm', 'v3.22.0');
}

/** Builds `egctl`. */
export function provideEgctl(): Promise<BuiltProgram> {
  return provideGoTool('github.com/envoyproxy/gateway/cmd/egctl', ENVOY_GATEWAY_VERSION);
}

/** Builds `oauth2-proxy`. */
export function provideOauth2Proxy(): Promise<BuiltProgram> {
  return provideGoTool('github.com/oauth2-proxy/oauth2-proxy/v7', 'v7.15.6');
}

/** `kubectl`; its own module holds no main package that `go install` would build, so one stands in `test/tools`. */
export function kubectlOrSkip(context: Mocha.Context): Promise<string> {
  return builtOrSkip(context, 'kubectl', provideKubectl());
}

/** `helm`. */
export function helmOrSkip(context: Mocha.Context): Promise<string> {
  return builtOrSkip(context, 'helm', provideHelm());
}

/** `kubeconform`, which holds objects against JSON schemas. */
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

/** `egctl`, which translates the objects that Envoy Gateway reads into what it tells Envoy. Takes minutes to build. */
export function egctlOrSkip(context: Mocha.Context): Promise<string> {
  return builtOrSkip(context, 'egctl', provideEgctl());
}

/** `oauth2-proxy`, a login that people put before applications. */
export function oauth2ProxyOrSkip(context: Mocha.Context): Promise<string> {
  return builtOrSkip(context, 'oauth2-proxy', provideOauth2Proxy());
}

/** A program that reads a dashboard by Grafana's own definitions, as strictly as they allow. */
export function grafanaDashboardOrSkip(context: Mocha.Context): Promise<string> {
  const building = provideGoProgram('grafana-dashboard', join(tools, 'grafana-dashboard'));
  return builtOrSkip(context, 'grafana-dashboard', building);
}
