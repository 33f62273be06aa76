import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';

/** Where the files that are shipped for running Curfew are. */
export const DEPLOY_FOLDER: string = join(import.meta.dirname, '..', '..', '..', 'deploy');

const BASE = join(DEPLOY_FOLDER, 'kubernetes', 'base');

/** What kustomize made of a folder. */
export interface Rendering {
  readonly yaml: string;
  /** What it had to say besides, such as that a field is deprecated. */
  readonly warnings: string;
}

/** A folder with a `kustomization.yaml`. */
export interface KustomizeFolder {
  readonly path: string;
  /** From the folder `deploy` on. */
  readonly name: string;
  /** A component is no use by itself: it changes what it is added to. */
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
  // Any folder for temporary files has the same way to it as the overlay will.
  return renderOverlay(kubectl, { components: [relative(join(tmpdir(), 'overlay'), folder.path)] });
}

/** Builds an overlay of the base that has these fields besides. */
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
