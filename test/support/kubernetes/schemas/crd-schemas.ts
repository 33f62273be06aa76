import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { buildCache, builtProgram } from '../../../../tools/built-program.ts';
import { builtOrSkip } from '../../programs/built-or-skip.ts';
import { strictSchema } from './strict-schema.ts';
import type { OpenApiSchema } from './strict-schema.ts';

// Schemas of custom resources from their own projects. They come in Go modules, so this repository keeps none of them.

/** A Go module at a fixed version, and the files or folders in it that define the custom resources. */
interface CrdModule {
  readonly module: string;
  readonly version: string;
  readonly paths: readonly string[];
}

const MODULES: readonly CrdModule[] = [
  {
    module: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.85.0',
    paths: ['example/prometheus-operator-crd'],
  },
  {
    module: 'istio.io/api',
    version: 'v1.31.4',
    paths: ['kubernetes/customresourcedefinitions.gen.yaml'],
  },
  {
    // It also has the resources of the Gateway API, in the version that it works with.
    module: 'github.com/envoyproxy/gateway',
    version: 'v1.9.1',
    paths: [
      'charts/gateway-helm/charts/crds/crds/gatewayapi-crds.yaml',
      'charts/gateway-helm/charts/crds/crds/generated',
    ],
  },
  {
    module: 'github.com/cert-manager/cert-manager',
    version: 'v1.21.2',
    paths: ['deploy/crds'],
  },
];

/** The place of the schema of a kind in the folder, as kubeconform's `-schema-location` describes it. */
const FILE_TEMPLATE = '{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json';

/** A definition, and its text. */
interface Definition {
  readonly yaml: string;
  readonly spec: CustomResourceDefinition['spec'];
}

interface CustomResourceDefinition {
  readonly kind?: string;
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: OpenApiSchema };
    }[];
  };
}

/**
 * Strict JSON schemas (which reject unknown fields) of the custom resources of the Prometheus operator, Istio, Envoy
 * Gateway with the Gateway API, and cert-manager. For a suite's `before`: without them its tests are skipped, and
 * fail if CI is set. A schema does not contain the rules in CEL (`x-kubernetes-validations`).
 * @returns the `-schema-location` for kubeconform
 */
export async function crdSchemasOrSkip(context: Mocha.Context): Promise<string> {
  return join(await schemaFolderOrSkip(context), FILE_TEMPLATE);
}

/** The file with the definition of a kind, as its project wrote it, including the rules that a schema does not have. */
export interface CrdFiles {
  /** @returns undefined if none of the projects has such a kind */
  fileOf(group: string, kind: string): string | undefined;
}

/** The definitions of the same custom resources, for an API server; for a suite's `before`, as above. */
export async function crdFilesOrSkip(context: Mocha.Context): Promise<CrdFiles> {
  const folder = await schemaFolderOrSkip(context);
  return {
    fileOf: (group, kind) => {
      const path = join(folder, group, definitionFileOf(kind));
      return existsSync(path) ? path : undefined;
    },
  };
}

async function schemaFolderOrSkip(context: Mocha.Context): Promise<string> {
  const folder = join(buildCache, 'schemas', 'custom');
  const made = builtProgram({
    compiler: 'go',
    path: folder,
    madeFrom: [
      JSON.stringify(MODULES),
      import.meta.filename,
      join(import.meta.dirname, 'strict-schema.ts'),
    ],
    build: async () => {
      await rm(folder, { recursive: true, force: true });
      for (const module of MODULES) {
        // oxlint-disable-next-line no-await-in-loop -- one download after the other
        await writeSchemas(module, folder);
      }
    },
  });
  return builtOrSkip(context, 'schemas of custom resources', made);
}

async function writeSchemas(wanted: CrdModule, folder: string): Promise<void> {
  const source = await downloadModule(wanted);
  const files = await Promise.all(wanted.paths.map((path) => yamlFilesIn(join(source, path))));
  let count = 0;
  for (const file of files.flat()) {
    // oxlint-disable-next-line no-await-in-loop -- some files are megabytes, and one at a time is enough
    for (const definition of definitionsIn(await readFile(file, 'utf8'))) {
      count += 1;
      // oxlint-disable-next-line no-await-in-loop -- as above
      await writeDefinition(definition, folder);
    }
  }
  if (count === 0) throw new Error(`${wanted.module} defines no custom resources`);
}

/** The folder of the module in Go's own cache. Go verifies its checksum. */
async function downloadModule({ module, version }: CrdModule): Promise<string> {
  const command = ['mod', 'download', '-json', `${module}@${version}`];
  const { stdout } = await promisify(execFile)('go', command);
  const { Dir: source } = JSON.parse(stdout) as { Dir?: string };
  if (source === undefined) throw new Error(`${module}@${version} has no folder in Go's cache`);
  return source;
}

async function yamlFilesIn(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = await readdir(path);
  return names.filter((name) => name.endsWith('.yaml')).map((name) => join(path, name));
}

function definitionsIn(text: string): Definition[] {
  return text
    .split(/^---(?:[ \t].*)?$/m)
    .map((yaml) => ({ yaml, object: parse(yaml) as CustomResourceDefinition | null }))
    .filter(({ object }) => object?.kind === 'CustomResourceDefinition')
    .flatMap(({ yaml, object }) => (object === null ? [] : [{ yaml, spec: object.spec }]));
}

async function writeDefinition({ yaml, spec }: Definition, folder: string): Promise<void> {
  const { kind } = spec.names;
  const group = join(folder, spec.group);
  await mkdir(group, { recursive: true });
  await writeFile(join(group, definitionFileOf(kind)), yaml);
  for (const { name, schema } of spec.versions) {
    const strict = strictSchema(schema.openAPIV3Schema, {
      apiVersion: `${spec.group}/${name}`,
      kind,
    });
    const file = join(group, `${kind.toLowerCase()}_${name}.json`);
    // oxlint-disable-next-line no-await-in-loop -- one or two versions
    await writeFile(file, JSON.stringify(strict));
  }
}

function definitionFileOf(kind: string): string {
  return `${kind.toLowerCase()}.yaml`;
}
