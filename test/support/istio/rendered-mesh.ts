import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEPLOY_FOLDER, kustomizeFolders, render } from '../kubernetes/kustomize.ts';
import { meshConfigIn } from './istio.ts';

/** A shipped file about Istio. */
export function istioFile(name: string): string {
  return readFileSync(join(DEPLOY_FOLDER, 'istio', name), 'utf8');
}

/** The settings of a mesh with our provider and our access log. */
export function shippedMeshConfig(): Record<string, unknown> {
  return {
    ...meshConfigIn(istioFile('istio-operator.yaml')),
    ...meshConfigIn(istioFile('access-log.yaml')),
  };
}

/** The objects that kustomize makes from an overlay. */
export async function renderedOverlay(kubectl: string, overlay: string): Promise<string> {
  const folder = kustomizeFolders().find(({ name }) => name === `kubernetes/overlays/${overlay}`);
  if (folder === undefined) throw new Error(`there is no overlay ${overlay}`);
  return (await render(kubectl, folder)).yaml;
}
