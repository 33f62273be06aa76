import { sameNamespace } from './kube-object.ts';
import type { KubeObject, Projection, Volume, Workload } from './kube-object.ts';

/** The Secrets that an operator makes, with their keys. The repository contains none of them. */
export const SECRET_KEYS: Readonly<Record<string, readonly string[]>> = {
  'curfew-keys': ['curfew.keys'],
  'curfew-redis': ['password', 'ca.crt'],
  'curfew-tls': ['tls.crt', 'tls.key', 'ca.crt'],
  'curfew-admin-tokens': ['tokens'],
  'curfew-admin-tls': ['tls.crt', 'tls.key', 'ca.crt'],
  'curfew-sentinel': ['password'],
};

/** One file of a volume: its path in the volume, and its source. */
export interface MountedFile {
  readonly path: string;
  readonly source: { readonly kind: 'ConfigMap' | 'Secret'; readonly name: string };
  readonly key: string;
}

/** The files of a volume. A string names a missing source. */
export function filesOf(
  volume: Volume,
  workload: Workload,
  objects: readonly KubeObject[],
): (MountedFile | string)[] {
  const sources = [volume, ...(volume.projected?.sources ?? [])];
  return sources.flatMap(({ configMap, secret }) => [
    ...(configMap === undefined ? [] : projected('ConfigMap', configMap, workload, objects)),
    ...(secret === undefined ? [] : projected('Secret', secret, workload, objects)),
  ]);
}

function projected(
  kind: 'ConfigMap' | 'Secret',
  projection: Projection,
  workload: Workload,
  objects: readonly KubeObject[],
): (MountedFile | string)[] {
  const name = projection.name ?? projection.secretName ?? '';
  const keys =
    kind === 'Secret' ? SECRET_KEYS[name] : keysOfConfigMap(name, workload.object, objects);
  if (keys === undefined) {
    return projection.optional === true ? [] : [`${kind} ${name}, which nothing makes`];
  }
  const items = projection.items ?? keys.map((key) => ({ key, path: key }));
  return items.map(({ key, path }) =>
    keys.includes(key) ? { path, key, source: { kind, name } } : `key ${key} of ${kind} ${name}`,
  );
}

function keysOfConfigMap(
  name: string,
  user: KubeObject,
  objects: readonly KubeObject[],
): readonly string[] | undefined {
  const map = objects.find(
    (object) =>
      object.kind === 'ConfigMap' && object.metadata.name === name && sameNamespace(object, user),
  );
  return map === undefined ? undefined : Object.keys(map.data ?? {});
}
