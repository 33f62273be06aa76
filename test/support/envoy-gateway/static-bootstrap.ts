import type { EnvoyResources, Message } from './translate-gateway.ts';

/** What a running control plane would tell besides, or would tell otherwise. */
export interface BootstrapWorld {
  /** The ports on 127.0.0.1 that stand for an address of the cluster, such as `10.96.0.1:9001`. */
  ports(address: string): readonly number[];
  /** The contents of a secret of this name, as a message of Envoy. */
  secret(name: string): Message;
}

/**
 * The bootstrap of an Envoy that has all that a control plane would tell it from the start: listeners on any port of
 * 127.0.0.1, endpoints where they run here, and everything else as it is. Only of such can `envoy --mode validate`
 * see the whole.
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

/** Puts route tables in the place of their names, and lets secrets be found in the bootstrap. */
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

/** The same log by other means: a child of ours has a socket as its standard output, which cannot be opened as a file. */
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
  if (found === undefined) throw new Error(`nothing is named ${name}`);
  return found;
}
