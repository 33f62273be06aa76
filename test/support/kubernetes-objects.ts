import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseAllDocuments, stringify } from 'yaml';

/** An object as `kubectl apply` takes it; only the fields that every kind has are typed. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/** The objects that `kubectl apply -k FOLDER` would apply. */
export async function objectsOfFolder(
  kubectl: string,
  folder: string,
): Promise<KubernetesObject[]> {
  const { stdout } = await promisify(execFile)(kubectl, ['kustomize', folder]);
  return objectsIn(stdout);
}

/** The objects of a YAML text. Fails where it is not YAML. */
export function objectsIn(yaml: string): KubernetesObject[] {
  return parseAllDocuments(yaml)
    .map((document) => {
      if (document.errors[0] !== undefined) throw document.errors[0];
      return document.toJS() as KubernetesObject | null;
    })
    .filter((object) => object !== null);
}

/** One text with all objects. */
export function yamlOf(objects: readonly KubernetesObject[]): string {
  return objects.map((object) => stringify(object)).join('---\n');
}
