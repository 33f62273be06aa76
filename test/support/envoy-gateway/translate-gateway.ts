import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { withoutFields } from '../envoy/without-fields.ts';
import type { KubeObject } from '../kubernetes/kube-object.ts';

/** A message of Envoy's API in JSON. */
export type Message = Readonly<Record<string, unknown>>;

/** The configuration that Envoy Gateway sends to Envoy for one Gateway, by resource. */
export interface EnvoyResources {
  readonly listeners: readonly Message[];
  readonly routes: readonly Message[];
  readonly clusters: readonly Message[];
  readonly endpoints: readonly Message[];
}

export interface Translation {
  /** The conditions in the status of each object, as `Kind namespace/name: condition (message)`. */
  readonly conditions: readonly string[];
  /** Those that report a fault, or a policy that another one overrides. */
  readonly complaints: readonly string[];
  readonly envoy: EnvoyResources;
}

interface Output {
  readonly xds: Readonly<Record<string, { readonly configs: readonly Message[] }>>;
  readonly [kind: string]: unknown;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message: string;
}

/** Conditions that are a problem when they are true; all others are a problem when they are false. */
const BAD_WHEN_TRUE: ReadonlySet<string> = new Set(['Overridden', 'Warning', 'Conflicted']);

/**
 * Translates objects as Envoy Gateway does, for a single Gateway. egctl validates them by their schemas and the CEL rules
 * in these; if they are invalid, it throws with egctl's message.
 */
export async function translateGateway(
  egctl: string,
  objects: readonly KubeObject[],
): Promise<Translation> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-egctl-'));
  try {
    const file = join(folder, 'objects.yaml');
    await writeFile(file, objects.map((object) => stringify(object)).join('---\n'));
    const args = ['experimental', 'translate', '--from', 'gateway-api', '--to', 'gateway-api,xds'];
    const run = promisify(execFile);
    const { stdout } = await run(egctl, [...args, '--output', 'json', '--file', file], {
      maxBuffer: 16 * 1024 * 1024,
    });
    const { xds, ...resources } = JSON.parse(stdout) as Output;
    const gateways = Object.values(xds);
    const [gateway] = gateways;
    if (gateway === undefined || gateways.length > 1) throw new Error('there is not one Gateway');
    const reported = Object.values(resources)
      .flat()
      .flatMap((object) => conditionsOf(object));
    return {
      conditions: reported.map(({ text }) => text),
      complaints: reported.filter(({ isComplaint }) => isComplaint).map(({ text }) => text),
      envoy: resourcesOf(gateway.configs),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function conditionsOf(resource: unknown): { text: string; isComplaint: boolean }[] {
  const { kind, metadata, status } = resource as KubeObject & { readonly status?: unknown };
  const found: Condition[] = [];
  const search = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, field] of Object.entries(value)) {
      if (name === 'conditions') found.push(...(field as Condition[]));
      else search(field);
    }
  };
  search(status);
  const name = `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
  return found.map((condition) => ({
    text: `${name}: ${condition.type} ${condition.status} (${condition.message})`,
    isComplaint: condition.status === (BAD_WHEN_TRUE.has(condition.type) ? 'True' : 'False'),
  }));
}

/** egctl prints what Envoy's admin interface would show. */
function resourcesOf(configs: readonly Message[]): EnvoyResources {
  const entries = (dump: string, list: string): Message[] => {
    const type = `type.googleapis.com/envoy.admin.v3.${dump}`;
    const page = configs.find((config) => config['@type'] === type);
    return (page?.[list] ?? []) as Message[];
  };
  const listeners = entries('ListenersConfigDump', 'dynamicListeners').map(
    (entry) => entry['activeState'] as Message,
  );
  const routes = entries('RoutesConfigDump', 'dynamicRouteConfigs');
  const clusters = entries('ClustersConfigDump', 'dynamicActiveClusters');
  const endpoints = entries('EndpointsConfigDump', 'dynamicEndpointConfigs');
  return {
    listeners: listeners.map(({ listener }) => untyped(listener)),
    routes: routes.map(({ routeConfig }) => untyped(routeConfig)),
    clusters: clusters.map(({ cluster }) => untyped(cluster)),
    endpoints: endpoints.map(({ endpointConfig }) => untyped(endpointConfig)),
  };
}

/** The message without its type, which its place already implies. */
function untyped(message: unknown): Message {
  return withoutFields(message as Message, '@type');
}
