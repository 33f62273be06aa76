/** A part of Envoy's configuration as JSON, with protobuf's JSON names of fields. */
export interface Piece {
  [field: string]: unknown;
}

export interface ConnectionManager extends Piece {
  httpFilters: { name: string; typedConfig: Piece }[];
  accessLog?: { typedConfig: Piece }[];
  rds?: { routeConfigName: string };
  routeConfig?: Piece;
}

export interface FilterChain extends Piece {
  readonly name?: string;
  readonly filters: readonly { readonly name: string; readonly typedConfig: Piece }[];
}

export interface Listener extends Piece {
  readonly name: string;
  readonly filterChains?: readonly FilterChain[];
}

export interface Cluster extends Piece {
  readonly name: string;
  readonly type: string;
}

/** The configuration that istiod would send to one proxy. */
export interface ProxyConfig {
  readonly listeners: readonly Listener[];
  readonly routes?: readonly (Piece & { readonly name: string })[];
  readonly clusters: readonly Cluster[];
  readonly endpoints?: readonly Piece[];
}

/** The cluster for Curfew as Istio names it. */
export const CURFEW_CLUSTER = 'outbound|9001||curfew.curfew.svc.cluster.local';

/**
 * The part of a listener that handles requests in plain text.
 * @param port of the pod: a sidecar has one part for each port, a gateway one for all
 */
export function connectionManagerOf(config: ProxyConfig, port?: number): ConnectionManager {
  const chains = config.listeners
    .flatMap(({ filterChains = [] }) => filterChains)
    .filter((chain) => port === undefined || chain.name === `0.0.0.0_${port}`)
    .filter((chain) => chain['transportSocket'] === undefined);
  const managers = chains
    .flatMap(({ filters }) => filters)
    .filter(({ name }) => name === 'envoy.filters.network.http_connection_manager');
  const [manager] = managers;
  if (manager === undefined || managers.length > 1) {
    throw new Error(`there are ${managers.length} connection managers, not one`);
  }
  return manager.typedConfig as ConnectionManager;
}

/** The filters of a kind that handle requests. */
export function httpFilters(manager: ConnectionManager, name: string): Piece[] {
  return manager.httpFilters
    .filter((filter) => filter.name === `envoy.filters.http.${name}`)
    .map(({ typedConfig }) => typedConfig);
}

/** The cluster of this name. */
export function clusterOf(config: ProxyConfig, name: string): Cluster {
  const found = config.clusters.find((cluster) => cluster.name === name);
  if (found === undefined) throw new Error(`there is no cluster ${name}`);
  return found;
}
