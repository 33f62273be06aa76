import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { DEPLOY_FOLDER } from '../kubernetes/kustomize.ts';
import { withoutFields } from './without-fields.ts';

/** A configuration of Envoy that is shipped. */
export interface EnvoyDocument {
  /** The path below the folder `deploy`; for a Markdown page with the number of the block. */
  readonly name: string;
  /** A bootstrap for `envoy -c`. A file with resources is put into one. */
  readonly bootstrap: string;
}

interface Resources {
  readonly resources: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Every file below `deploy`, and every block of YAML on a page there, that is a bootstrap of Envoy or a file of resources
 * for one. They are found by their content, so that none can be forgotten.
 */
export function envoyDocuments(): EnvoyDocument[] {
  const files = globSync('**/*.{yaml,yml,json}', { cwd: DEPLOY_FOLDER }).map((name) => ({
    name,
    text: readFileSync(join(DEPLOY_FOLDER, name), 'utf8'),
  }));
  const blocks = globSync('**/*.md', { cwd: DEPLOY_FOLDER }).flatMap((name) => {
    const text = readFileSync(join(DEPLOY_FOLDER, name), 'utf8');
    const found = [...text.matchAll(/^```ya?ml\n(.*?)^```/gms)];
    return found.map(([, block = ''], index) => ({
      name: `${name}, block ${index + 1}`,
      text: block,
    }));
  });
  return [...files, ...blocks]
    .toSorted((one, other) => one.name.localeCompare(other.name))
    .flatMap(({ name, text }) => {
      const bootstrap = bootstrapOf(text);
      return bootstrap === undefined ? [] : [{ name, bootstrap }];
    });
}

/** Undefined for any other text. A template of Helm, for example, is not YAML. */
function bootstrapOf(text: string): string | undefined {
  const documents = parseAllDocuments(text, { logLevel: 'error' });
  const [document] = documents;
  if (documents.length !== 1 || document === undefined || document.errors.length > 0)
    return undefined;
  const value = document.toJS() as unknown;
  if (typeof value !== 'object' || value === null) return undefined;
  if ('static_resources' in value || 'dynamic_resources' in value) return text;
  const { resources } = value as Partial<Resources>;
  if (
    !Array.isArray(resources) ||
    (resources as Resources['resources'])[0]?.['@type'] === undefined
  ) {
    return undefined;
  }
  return JSON.stringify(around(resources as Resources['resources']));
}

/** The smallest bootstrap in which Envoy validates these resources. */
function around(resources: Resources['resources']): unknown {
  const node = { id: 'test', cluster: 'test' };
  const of = (type: string) =>
    resources
      .filter((resource) => resource['@type'] === `type.googleapis.com/envoy.${type}`)
      .map((resource) => withoutFields(resource, '@type'));
  const routes = of('config.route.v3.RouteConfiguration');
  const assignments = of('config.endpoint.v3.ClusterLoadAssignment');
  const static_resources = {
    listeners: [...of('config.listener.v3.Listener'), ...routes.map(listenerWith)],
    clusters: [
      ...of('config.cluster.v3.Cluster'),
      ...assignments.map((load_assignment) => ({
        name: load_assignment['cluster_name'],
        type: 'STATIC',
        load_assignment,
      })),
    ],
    secrets: of('extensions.transport_sockets.tls.v3.Secret'),
  };
  const taken = Object.values(static_resources).flat().length;
  if (taken !== resources.length) throw new Error('a resource has an unknown type');
  return { node, static_resources };
}

const TYPES = 'type.googleapis.com/envoy.extensions.filters';

function listenerWith(route_config: unknown): unknown {
  const manager = {
    '@type': `${TYPES}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'test',
    // The clusters are in another file.
    route_config: { ...(route_config as object), validate_clusters: false },
    http_filters: [
      filter('ext_authz', {
        '@type': `${TYPES}.http.ext_authz.v3.ExtAuthz`,
        grpc_service: { google_grpc: { target_uri: '127.0.0.1:1', stat_prefix: 'test' } },
      }),
      filter('router', { '@type': `${TYPES}.http.router.v3.Router` }),
    ],
  };
  const filters = [
    { name: 'envoy.filters.network.http_connection_manager', typed_config: manager },
  ];
  return {
    name: 'test',
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    filter_chains: [{ filters }],
  };
}

function filter(name: string, typed_config: object): unknown {
  return { name: `envoy.filters.http.${name}`, typed_config };
}
