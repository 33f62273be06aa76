import type { CrdFiles } from '../crd-schemas.ts';
import type { CommandAnswer } from '../run-command.ts';
import type { ApiServer } from './api-server.ts';
import { titleOf, workloadsIn } from './kube-object.ts';
import type { KubeObject } from './kube-object.ts';

/** For `kubectl apply`: fields that the server does not know are refused by it, and so is what it warns of. */
export const STRICT: readonly string[] = ['--validate=strict', '--warnings-as-errors'];

/**
 * Tells the server the kinds of these objects that are not its own, as their projects define them, and makes the
 * namespaces that the objects are in and do not make.
 */
export async function prepareFor(
  server: ApiServer,
  crds: CrdFiles,
  objects: readonly KubeObject[],
): Promise<void> {
  const files = new Set(
    objects.flatMap((object) => crds.fileOf(groupOf(object), object.kind) ?? []),
  );
  if (files.size > 0) {
    await succeeded(server.kubectl(['create', ...[...files].flatMap((file) => ['-f', file])]));
    const wait = ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s'];
    await succeeded(server.kubectl(wait));
  }
  const own = objects
    .filter(({ kind }) => kind === 'Namespace')
    .map(({ metadata }) => metadata.name);
  const all = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
  for (const name of [...all].filter((each) => !own.includes(each))) {
    // oxlint-disable-next-line no-await-in-loop -- two or three
    await succeeded(server.kubectl(['create', 'namespace', name]));
  }
}

/** Makes a pod of each template, as a controller would: admission looks at it then, and not before. */
export async function createPods(
  server: ApiServer,
  objects: readonly KubeObject[],
): Promise<CommandAnswer> {
  const pods = workloadsIn(objects)
    .filter(({ object }) => object.kind !== 'Pod')
    .map(({ object, labels, pod }) => {
      const metadata = { generateName: 'pod-', namespace: object.metadata.namespace, labels };
      return { apiVersion: 'v1', kind: 'Pod', metadata, spec: pod };
    });
  if (pods.length === 0) return { code: 0, stdout: '', stderr: '' };
  // A controller makes the account of pods that name none, and there is no controller.
  for (const namespace of new Set(pods.map(({ metadata }) => metadata.namespace ?? 'default'))) {
    // oxlint-disable-next-line no-await-in-loop -- one or two
    await server.kubectl(['--namespace', namespace, 'create', 'serviceaccount', 'default']);
  }
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods });
  return server.kubectl(['create', ...STRICT, '-f', '-'], list);
}

/** Deletes the objects, but not their namespaces: no controller would ever finish that. */
export async function removeObjects(
  server: ApiServer,
  objects: readonly KubeObject[],
): Promise<void> {
  const single = new Map(
    objects.map((object) => [`${titleOf(object)} ${object.metadata.namespace}`, object]),
  );
  const items = [...single.values()].filter(({ kind }) => kind !== 'Namespace');
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const flags = ['--ignore-not-found', '--wait=false', '-f', '-'];
  await succeeded(server.kubectl(['delete', ...flags], list));
}

function groupOf({ apiVersion }: KubeObject): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

async function succeeded(running: Promise<CommandAnswer>): Promise<void> {
  const { code, stderr } = await running;
  if (code !== 0) throw new Error(stderr);
}
