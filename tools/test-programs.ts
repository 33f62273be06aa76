import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuiltProgram } from './built-program.ts';
import { provideGoProgram, provideGoTool } from './provide-go-program.ts';
import { providePythonPackages } from './provision.ts';

// The programs that take minutes to build and that several tests of deploy/ need, each at a fixed
// version. `npm test` builds them ahead (build-tools.ts); a test that needs one calls the same
// function, through test/support. The Go modules are data here: nothing of test/ is imported.

const programs = join(import.meta.dirname, '..', 'test', 'programs');

const ENVOY_GATEWAY_VERSION = 'v1.9.1';

/** Makes requests from an OpenAPI document, and checks the answers by it; as pip names it. */
export const SCHEMATHESIS = 'schemathesis==4.32.5';

/** A Python with schemathesis. */
export function provideSchemathesis(): Promise<string | undefined> {
  return providePythonPackages('schemathesis', [SCHEMATHESIS]);
}

/** Builds `kubectl`. Its own module has no main package that `go install` would build, so this repository has one. */
export function provideKubectl(): Promise<BuiltProgram> {
  return provideGoProgram('kubectl', join(programs, 'kubectl'));
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

/** Builds a program that calls Istio's own code. */
export function provideIstio(): Promise<BuiltProgram> {
  return provideGoProgram('istio', join(programs, 'istio'));
}

/** Builds an API server of Kubernetes with its own etcd. */
export function provideApiServer(): Promise<BuiltProgram> {
  const folder = join(programs, 'kube-apiserver');
  const modules = readFileSync(join(folder, 'go.mod'), 'utf8');
  const version = /k8s\.io\/kubernetes (v\S+)/.exec(modules)?.[1] ?? '';
  // Kubernetes' own build sets it, too; without it the server knows no version, and helm refuses to install.
  const flags = [`-ldflags=-w -X k8s.io/component-base/version.gitVersion=${version}`];
  return provideGoProgram('kube-apiserver', folder, flags);
}
