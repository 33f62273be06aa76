import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';

/** The folder with the files for running Curfew. */
export const DEPLOY_FOLDER: string = join(import.meta.dirname, '..', '..', '..', 'deploy');

const BASE = join(DEPLOY_FOLDER, 'kubernetes', 'base');

/** The result of kustomize for a folder. */
export interface Rendering {
  readonly yaml: string;
  /** Its warnings, such as that a field is deprecated. */
  readonly warnings: string;
}

/** A folder with a `kustomization.yaml`. */
export interface KustomizeFolder {
  readonly path: string;
  /** The path below the folder `deploy`. */
  readonly name: string;
  /** A component is not used alone: it changes the folder that it is added to. */
  readonly isComponent: boolean;
}

/** Every folder below `deploy` that kustomize can build, in the order of their names. */
export function kustomizeFolders(): KustomizeFolder[] {
  return globSync('**/kustomization.yaml', { cwd: DEPLOY_FOLDER })
    .map((file) => ({ file, name: dirname(file) }))
    .toSorted((one, other) => one.name.localeCompare(other.name))
    .map(({ file, name }) => {
      const { kind } = parse(readFileSync(join(DEPLOY_FOLDER, file), 'utf8')) as { kind: string };
      return { path: join(DEPLOY_FOLDER, name), name, isComponent: kind === 'Component' };
    });
}

/** Builds a folder; a component is added to the base. */
export async function render(kubectl: string, folder: KustomizeFolder): Promise<Rendering> {
  if (!folder.isComponent) return build(kubectl, folder.path);
  // A relative path from any temporary folder, as the overlay will have it.
  return renderOverlay(kubectl, { components: [relative(join(tmpdir(), 'overlay'), folder.path)] });
}

/** Builds an overlay of the base with these components, by their names, in this order, and with more fields. */
export function renderWith(
  kubectl: string,
  names: readonly string[],
  fields: object = {},
): Promise<Rendering> {
  const components = names.map((name) =>
    relative(join(tmpdir(), 'overlay'), join(DEPLOY_FOLDER, 'kubernetes', 'components', name)),
  );
  return renderOverlay(kubectl, { components, ...fields });
}

/** Builds an overlay of the base with these additional fields. */
export async function renderOverlay(kubectl: string, fields: object): Promise<Rendering> {
  const overlay = await mkdtemp(join(tmpdir(), 'curfew-overlay-'));
  try {
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [relative(overlay, BASE)],
      ...fields,
    };
    await writeFile(join(overlay, 'kustomization.yaml'), stringify(kustomization));
    return await build(kubectl, overlay);
  } finally {
    await rm(overlay, { recursive: true });
  }
}

async function build(kubectl: string, folder: string): Promise<Rendering> {
  const { stdout, stderr } = await promisify(execFile)(kubectl, ['kustomize', folder], {
    maxBuffer: 16 * 1024 * 1024,
  });
  return { yaml: stdout, warnings: stderr };
}
