import type { CrdFiles } from './schemas/crd-schemas.ts';
import type { CommandAnswer } from '../processes/run-command.ts';
import type { ApiServer } from './api-server.ts';
import { eventually } from '../time/eventually.ts';
import { titleOf, workloadsIn } from './kube-object.ts';
import type { KubeObject } from './kube-object.ts';

const ESTABLISHED_MAX_MS = 60_000;

/** For `kubectl apply`: the server rejects unknown fields and everything that it would warn about. */
export const STRICT: readonly string[] = ['--validate=strict', '--warnings-as-errors'];

/**
 * Registers the kinds of these objects that the server does not have, as their projects define them, and makes the
 * namespaces that the objects need but do not make.
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
    // `kubectl wait` fails for one that has no conditions yet, as on a busy machine.
    const status = '{.metadata.name}={.status.conditions[?(@.type=="Established")].status}';
    const get = ['get', 'crd', '-o', `jsonpath={range .items[*]}${status}{"\\n"}{end}`];
    const areAll = async (): Promise<boolean> => {
      const lines = (await server.kubectl(get)).stdout.trim().split('\n');
      return lines.every((line) => line.endsWith('=True'));
    };
    await eventually('established kinds', areAll, ESTABLISHED_MAX_MS);
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

/** Makes a pod from each template, as a controller would: only then does admission check it. */
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
  // A controller would make the account of pods without one, and there is no controller.
  for (const namespace of new Set(pods.map(({ metadata }) => metadata.namespace ?? 'default'))) {
    // oxlint-disable-next-line no-await-in-loop -- one or two
    await server.kubectl(['--namespace', namespace, 'create', 'serviceaccount', 'default']);
  }
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods });
  return server.kubectl(['create', ...STRICT, '-f', '-'], list);
}

/** Deletes the objects, but not their namespaces: without a controller that would never finish. */
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
