import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseObjects } from './kube-object.ts';
import type { KubeObject } from './kube-object.ts';
import { DEPLOY_FOLDER, kustomizeFolders } from './kustomize.ts';

/** Objects of Kubernetes in a shipped text. */
export interface ShippedObjects {
  /** A file below the folder `deploy`, or the page and line of a block on it. */
  readonly name: string;
  readonly yaml: string;
}

/** Kinds that have the form of an object, but only kubectl and istioctl read them. */
const SETTINGS = /^(kustomize\.config\.k8s\.io|install\.istio\.io)\//;

/** Files of objects that no kustomization includes, because users apply them directly. */
export function looseObjectFiles(): ShippedObjects[] {
  const kustomizations = new Map(
    kustomizeFolders().map(({ name, path }) => [
      name,
      readFileSync(join(path, 'kustomization.yaml'), 'utf8'),
    ]),
  );
  return globSync('**/*.yaml', { cwd: DEPLOY_FOLDER, exclude: ['helm/**'] })
    .toSorted()
    .filter((file) => !takesIn(kustomizations.get(dirname(file)) ?? '', basename(file)))
    .map((name) => ({ name, yaml: readFileSync(join(DEPLOY_FOLDER, name), 'utf8') }))
    .filter(({ yaml }) => hasObjects(yaml));
}

/** The objects on the pages about deployment. */
export function objectsInPages(): ShippedObjects[] {
  return globSync('**/*.md', { cwd: DEPLOY_FOLDER })
    .toSorted()
    .flatMap((page) => {
      const text = readFileSync(join(DEPLOY_FOLDER, page), 'utf8');
      return [...text.matchAll(/^( *)```yaml\n(.*?)^ *```/gms)].map((block) => ({
        name: `${page}:${text.slice(0, block.index).split('\n').length}`,
        yaml: (block[2] ?? '').replaceAll(new RegExp(`^${block[1]}`, 'gm'), ''),
      }));
    })
    .filter(({ yaml }) => hasObjects(yaml));
}

/** A commented line includes nothing. */
function takesIn(kustomization: string, file: string): boolean {
  const lines = kustomization.split('\n').map((line) => line.replace(/#.*/, ''));
  return lines.some((line) => line.split(/[\s[\],=]+/).includes(file));
}

function hasObjects(yaml: string): boolean {
  return (parseObjects(yaml) as Partial<KubeObject>[]).some(
    ({ apiVersion, kind }) =>
      apiVersion !== undefined && kind !== undefined && !SETTINGS.test(apiVersion),
  );
}
