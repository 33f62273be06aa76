import type { EnvoyResources, Message } from './translate-gateway.ts';

/** The values that a running control plane would add or change. */
export interface BootstrapWorld {
  /** The ports on 127.0.0.1 that replace an address of the cluster, such as `10.96.0.1:9001`. */
  ports(address: string): readonly number[];
  /** The contents of a secret of this name, as a message of Envoy. */
  secret(name: string): Message;
}

/**
 * The bootstrap of an Envoy that has the whole configuration of a control plane from the start: listeners on any port of
 * 127.0.0.1, the endpoints of this machine, and everything else unchanged. Only such a bootstrap can be validated
 * completely by `envoy --mode validate`.
 */
export function staticBootstrap(resources: EnvoyResources, world: BootstrapWorld): string {
  const secrets = new Set<string>();
  const inlined = (message: Message): Message => inlineReferences(message, resources, secrets);
  const bootstrap = {
    static_resources: {
      listeners: resources.listeners.map((listener) => onAnyPort(inlined(listener))),
      clusters: resources.clusters.map((cluster) =>
        withEndpoints(inlined(cluster), resources, world),
      ),
      secrets: [] as Message[],
    },
  };
  bootstrap.static_resources.secrets = [...secrets].map((name) => ({
    name,
    ...world.secret(name),
  }));
  return JSON.stringify(bootstrap);
}

/** Replaces the names of route tables by the tables, and refers to secrets in the bootstrap. */
function inlineReferences(
  value: Message,
  resources: EnvoyResources,
  secrets: Set<string>,
): Message {
  const inline = (field: unknown): unknown => {
    if (Array.isArray(field)) return field.map(inline);
    if (typeof field !== 'object' || field === null) return field;
    const { sdsConfig, rds, ...rest } = onStdout(field as Message);
    if (sdsConfig !== undefined) secrets.add(String(rest['name']));
    const all = Object.entries(rest).map(([name, each]) => [name, inline(each)]);
    if (rds === undefined) return Object.fromEntries(all) as Message;
    const { routeConfigName } = rds as { routeConfigName: string };
    return {
      ...Object.fromEntries(all),
      routeConfig: named(resources.routes, 'name', routeConfigName),
    };
  };
  return inline(value) as Message;
}

const LOGGERS = 'type.googleapis.com/envoy.extensions.access_loggers';

/** The same log in another way: our child process has a pipe as its standard output, which cannot be opened as a file. */
function onStdout(message: Message): Message {
  const { path, ...rest } = message;
  if (rest['@type'] !== `${LOGGERS}.file.v3.FileAccessLog` || path !== '/dev/stdout')
    return message;
  return { ...rest, '@type': `${LOGGERS}.stream.v3.StdoutAccessLog` };
}

function onAnyPort(listener: Message): Message {
  return { ...listener, address: socketAddress(0) };
}

function withEndpoints(
  { edsClusterConfig, ...cluster }: Message,
  resources: EnvoyResources,
  world: BootstrapWorld,
): Message {
  if (edsClusterConfig === undefined) return cluster;
  const { serviceName } = edsClusterConfig as { serviceName: string };
  const assignment = named(resources.endpoints, 'clusterName', serviceName);
  const localities = (assignment['endpoints'] as Message[]).map((locality) => ({
    ...locality,
    lbEndpoints: (locality['lbEndpoints'] as Message[]).flatMap((each) =>
      localEndpoints(each, world),
    ),
  }));
  return {
    ...cluster,
    type: 'STATIC',
    loadAssignment: { ...assignment, endpoints: localities },
  };
}

interface Endpoint {
  readonly endpoint: {
    readonly address: { readonly socketAddress: { address: string; portValue: number } };
  };
}

function localEndpoints(lbEndpoint: Message, world: BootstrapWorld): Message[] {
  const { endpoint } = lbEndpoint as unknown as Endpoint;
  const { address, portValue } = endpoint.address.socketAddress;
  return world.ports(`${address}:${portValue}`).map((port) => ({
    ...lbEndpoint,
    endpoint: { ...endpoint, address: socketAddress(port) },
  }));
}

function socketAddress(port: number): Message {
  return { socketAddress: { address: '127.0.0.1', portValue: port } };
}

function named(messages: readonly Message[], field: string, name: string): Message {
  const found = messages.find((message) => message[field] === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}
