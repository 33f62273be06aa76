import { connectionManagerOf } from './proxy-config.ts';
import type { ConnectionManager, ProxyConfig } from './proxy-config.ts';

/** The real addresses of a proxy's upstreams: ports of 127.0.0.1 by the name of their cluster. */
export type RealPorts = Readonly<Record<string, readonly number[]>>;

/**
 * The configuration that istiod sends to a proxy, adapted to an Envoy without Istio: one listener `mesh` in plain text,
 * real addresses, no certificates of the mesh, and without the filters that only Istio's build has. The rest, above all
 * the filters that ask Curfew and the settings of its cluster, is unchanged.
 * @param port of the pod, for a sidecar
 */
export function plainEnvoyConfig(config: ProxyConfig, ports: RealPorts, port?: number): string {
  const manager = withoutIstiosOwn(connectionManagerOf(config, port));
  const route = config.routes?.find(({ name }) => name === manager.rds?.routeConfigName);
  if (manager.rds !== undefined) {
    if (route === undefined) throw new Error(`there are no routes ${manager.rds.routeConfigName}`);
    delete manager.rds;
    manager.routeConfig = route;
  }
  const clusters = config.clusters.filter(({ name }) => name in ports);
  if (clusters.length !== Object.keys(ports).length) throw new Error('a cluster is missing');
  return JSON.stringify({
    staticResources: {
      listeners: [
        {
          name: 'mesh',
          address: socketAddress(0),
          filterChains: [
            {
              filters: [
                { name: 'envoy.filters.network.http_connection_manager', typedConfig: manager },
              ],
            },
          ],
        },
      ],
      clusters: clusters.map((cluster) => {
        // The sources of addresses and certificates in a mesh.
        const {
          type: _type,
          edsClusterConfig: _eds,
          transportSocket: _tls,
          transportSocketMatches: _matches,
          filters: _filters,
          upstreamBindConfig: _bind,
          ...kept
        } = cluster;
        const lbEndpoints = (ports[cluster.name] ?? []).map((each) => ({
          endpoint: { address: socketAddress(each) },
        }));
        const lbPolicy = kept['lbPolicy'] === 'CLUSTER_PROVIDED' ? 'ROUND_ROBIN' : kept['lbPolicy'];
        return {
          ...kept,
          lbPolicy,
          type: 'STATIC',
          loadAssignment: { clusterName: cluster.name, endpoints: [{ lbEndpoints }] },
        };
      }),
    },
  });
}

const ISTIOS_OWN = /^type.googleapis.com\/(udpa|istio|envoy\.config\.filter\.http\.alpn)\./;
const STDOUT_LOG = 'type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog';

function withoutIstiosOwn(manager: ConnectionManager): ConnectionManager {
  const copy = structuredClone(manager);
  copy.httpFilters = copy.httpFilters.filter(
    ({ typedConfig }) => !ISTIOS_OWN.test(String(typedConfig['@type'])),
  );
  for (const log of copy.accessLog ?? []) {
    // Tests read Envoy's output through a pipe, which cannot be opened by this name.
    if (log.typedConfig['path'] !== '/dev/stdout') throw new Error('not a log on stdout');
    delete log.typedConfig['path'];
    log.typedConfig['@type'] = STDOUT_LOG;
  }
  return copy;
}

function socketAddress(portValue: number): object {
  return { socketAddress: { address: '127.0.0.1', portValue } };
}
