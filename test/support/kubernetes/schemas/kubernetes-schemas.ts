import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildCache, builtProgram } from '../../../../tools/built-program.ts';
import { builtOrSkip } from '../../programs/built-or-skip.ts';
import { pythonPackagesOrSkip } from '../../programs/provision-or-skip.ts';

/** The oldest Kubernetes that the deployment files support, and the newest at the time. */
export const KUBERNETES_VERSIONS = ['1.30.0', '1.37.0'] as const;

const PACKAGE = 'kubernetes-validate==1.37.0';
const DEFINITIONS = '_definitions.json';

/**
 * Strict JSON schemas (which reject unknown fields) of Kubernetes' own objects, from the OpenAPI of each version. The
 * Python package kubernetes-validate contains them. For a suite's `before`: without them its tests are skipped, and fail
 * if CI is set.
 * @returns the `-schema-location` for kubeconform, which inserts the version
 */
export async function kubernetesSchemasOrSkip(context: Mocha.Context): Promise<string> {
  const python = await pythonPackagesOrSkip(context, 'kubernetes-validate', [PACKAGE]);
  const folder = join(buildCache, 'schemas', 'kubernetes');
  const made = builtProgram({
    compiler: 'python',
    path: folder,
    madeFrom: [PACKAGE, JSON.stringify(KUBERNETES_VERSIONS), import.meta.filename],
    build: async () => {
      await rm(folder, { recursive: true, force: true });
      const find = 'import kubernetes_validate as k; print(k.__path__[0], end="")';
      const { stdout } = await promisify(execFile)(python, ['-c', find]);
      for (const version of KUBERNETES_VERSIONS) {
        const source = join(stdout, 'kubernetes-json-schema', `v${version}-local-strict`);
        // oxlint-disable-next-line no-await-in-loop -- two versions
        await copyRelative(source, join(folder, `v${version}`));
      }
    },
  });
  const path = await builtOrSkip(context, 'schemas of Kubernetes', made);
  return join(path, '{{.NormalizedKubernetesVersion}}', '{{.ResourceKind}}{{.KindSuffix}}.json');
}

/** The schemas refer to each other by an address that does not exist; in one folder they find each other. */
async function copyRelative(source: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  const names = await readdir(source);
  // Only whole objects have a kind; their parts are in the definitions.
  await Promise.all(
    names.map(async (name) => {
      const schema = JSON.parse(await readFile(join(source, name), 'utf8')) as SchemaFile;
      if (name !== DEFINITIONS && schema['x-kubernetes-group-version-kind'] === undefined) return;
      const { $id: _, ...rest } = schema;
      const text = JSON.stringify(rest).replaceAll(`"/api/${DEFINITIONS}#`, `"${DEFINITIONS}#`);
      await writeFile(join(target, name), text);
    }),
  );
}

interface SchemaFile {
  readonly $id?: string;
  readonly 'x-kubernetes-group-version-kind'?: unknown;
}
