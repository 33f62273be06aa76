import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

/** The replicas that Envoy knows, in a file that it watches. Kubernetes publishes them as EndpointSlices. */
export interface EndpointFile {
  /** Publishes these ports on 127.0.0.1, in place of the previous ones. */
  publish(grpcPorts: readonly number[]): Promise<void>;
  /** The production example, with the replicas of Curfew taken from the file. */
  edit(config: string): string;
  remove(): Promise<void>;
}

interface Bootstrap {
  node?: { id: string; cluster: string };
  static_resources: { clusters: Record<string, unknown>[] };
}

export async function writeEndpointFile(grpcPorts: readonly number[]): Promise<EndpointFile> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-endpoints-'));
  const path = join(folder, 'endpoints.json');
  let version = 0;
  const publish = async (ports: readonly number[]): Promise<void> => {
    version += 1;
    const assignment = {
      '@type': 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
      cluster_name: 'curfew',
      endpoints: [{ lb_endpoints: ports.map((port) => endpoint(port)) }],
    };
    const page = { version_info: String(version), resources: [assignment] };
    await writeFile(`${path}.next`, JSON.stringify(page));
    // Envoy reads the file only when another file is renamed to its name.
    await rename(`${path}.next`, path);
  };
  await publish(grpcPorts);
  return {
    publish,
    edit: (config) => {
      const bootstrap = parse(config) as Bootstrap;
      const cluster = bootstrap.static_resources.clusters.find(({ name }) => name === 'curfew');
      if (cluster === undefined) throw new Error('there is no cluster curfew');
      bootstrap.node = { id: 'edge', cluster: 'edge' }; // an Envoy that takes resources must have a name
      delete cluster['load_assignment'];
      cluster['type'] = 'EDS';
      cluster['eds_cluster_config'] = {
        eds_config: { path_config_source: { path }, resource_api_version: 'V3' },
      };
      return stringify(bootstrap);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function endpoint(port: number): unknown {
  return { endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } } };
}
