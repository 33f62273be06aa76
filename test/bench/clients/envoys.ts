import { edgeConfig } from '../../support/envoy/edge-config.ts';
import { startEnvoy } from '../../support/envoy/envoy.ts';
import type { Envoy } from '../../support/envoy/envoy.ts';
import { freePort } from '../../support/network/free-port.ts';
import { moveToCore } from '../on-core.ts';

/** Paths that Envoy answers by itself, one of them without a check. */
export const PATHS = { checked: '/bench/checked', unchecked: '/bench/unchecked' } as const;

/** An Envoy with the production example's configuration, in front of one authorizer. */
export interface BenchEnvoy {
  /** The port for clients. */
  readonly port: number;
  stop(): Promise<void>;
}

export async function startBenchEnvoy(authorizerPort: number): Promise<BenchEnvoy> {
  // No request goes to the application, so no process listens there.
  const [web, grpc] = [await freePort(), await freePort()];
  const config = edgeConfig({ edge: 0, curfews: [authorizerPort], web, grpc });
  const envoy: Envoy = await startEnvoy({ config: withPlainHealth(withBenchRoutes(config)) });
  moveToCore('others', envoy.pid);
  return { port: await envoy.port('edge'), stop: () => envoy.stop() };
}

/** The rivals have no health service. A server that accepts connections counts as healthy here. */
function withPlainHealth(config: string): string {
  return replaced(config, /grpc_health_check: \{[^}]*\}/, 'tcp_health_check: {}');
}

function withBenchRoutes(config: string): string {
  const before = '- match: { path_separated_prefix: /payments }';
  const indent = /^( *)- match: \{ path_separated_prefix: \/payments \}/m.exec(config)?.[1] ?? '';
  const answer = "direct_response: { status: 200, body: { inline_string: 'ok' } }";
  const perRoute =
    'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute';
  const unasked = `typed_per_filter_config: { envoy.filters.http.ext_authz: { '@type': ${perRoute}, disabled: true } }`;
  const routes = [
    `- { match: { path: ${PATHS.checked} }, ${answer} }`,
    `- { match: { path: ${PATHS.unchecked} }, ${answer}, ${unasked} }`,
  ];
  return replaced(config, before, [...routes, before].join(`\n${indent}`));
}

function replaced(config: string, what: string | RegExp, by: string): string {
  const text = config.replace(what, by);
  if (text === config) throw new Error(`${String(what)} is no longer in envoy.yaml`);
  return text;
}
