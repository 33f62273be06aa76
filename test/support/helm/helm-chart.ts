import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEPLOY_FOLDER } from '../kubernetes/kustomize.ts';
import { parseObjects } from '../kubernetes/kube-object.ts';
import type { KubeObject } from '../kubernetes/kube-object.ts';
import { KUBERNETES_VERSIONS } from '../kubernetes/schemas/kubernetes-schemas.ts';

/** The folder of the chart. */
export const CHART_FOLDER: string = join(DEPLOY_FOLDER, 'helm', 'curfew');

const MAX_BUFFER = 16 * 1024 * 1024;

/** The options of helm's command line. */
export interface ChartOptions {
  /** Files of the chart's `examples`, later ones over earlier ones. */
  readonly examples?: readonly string[];
  /** Values over those. */
  readonly values?: Readonly<Record<string, unknown>>;
  readonly release?: string;
  readonly namespace?: string;
  /** More words for the command. */
  readonly flags?: readonly string[];
}

/** How a command of helm ended. */
export interface HelmAnswer {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** `helm template` with the namespace and the name of the kustomize files, without the objects of `helm test`. */
export async function renderChart(helm: string, options: ChartOptions = {}): Promise<string> {
  const flags = ['--skip-tests', ...(options.flags ?? [])];
  return succeeded(await template(helm, CHART_FOLDER, { ...options, flags }));
}

/** The same as objects. */
export async function chartObjects(helm: string, options?: ChartOptions): Promise<KubeObject[]> {
  return parseObjects(await renderChart(helm, options));
}

/** All objects, including those of `helm test`. */
export async function chartWithTests(helm: string, options: ChartOptions = {}): Promise<string> {
  return succeeded(await template(helm, CHART_FOLDER, options));
}

/** Helm's message for values that it rejects; throws if it accepts them. */
export async function refusalOf(helm: string, options: ChartOptions): Promise<string> {
  const { ok, stderr } = await template(helm, CHART_FOLDER, options);
  if (ok) throw new Error('helm rendered it');
  return stderr;
}

/** The output of `helm lint --strict`. */
export async function lintChart(helm: string, options: ChartOptions = {}): Promise<HelmAnswer> {
  const flags = ['--strict', '--kube-version', KUBERNETES_VERSIONS[0]];
  return runHelm(helm, ['lint', CHART_FOLDER, ...flags, ...valueFlags(options)], options.values);
}

/** NOTES.txt as `helm install` prints it, which itself would need a cluster. */
export async function notesOf(helm: string, options: ChartOptions = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-chart-'));
  try {
    await cp(CHART_FOLDER, folder, { recursive: true });
    // NOTES.txt is a template like the others, but `helm template` does not print it.
    const include = '{{ include (print .Template.BasePath "/NOTES.txt") . | toJson }}';
    await writeFile(join(folder, 'templates', 'shown.yaml'), `notes: ${include}\n`);
    const flags = ['--show-only', 'templates/shown.yaml'];
    const text = succeeded(await template(helm, folder, { ...options, flags }));
    const [shown] = parseObjects(text) as unknown as { readonly notes: string }[];
    return shown?.notes ?? '';
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs helm. The values are passed on its standard input. */
export function runHelm(
  helm: string,
  args: readonly string[],
  values: unknown = {},
): Promise<HelmAnswer> {
  return new Promise((resolve) => {
    const child = execFile(
      helm,
      [...args],
      { maxBuffer: MAX_BUFFER, env: { ...process.env, KUBECONFIG: '/nonexistent' } },
      (error, stdout, stderr) => resolve({ ok: error === null, stdout, stderr }),
    );
    child.stdin?.on('error', () => undefined); // it ended without reading, and its answer has the reason
    child.stdin?.end(asYaml(values));
  });
}

function template(helm: string, chart: string, options: ChartOptions): Promise<HelmAnswer> {
  const { release = 'curfew', namespace = 'curfew', flags = [] } = options;
  const fixed = ['--namespace', namespace, '--kube-version', KUBERNETES_VERSIONS[0]];
  const args = ['template', release, chart, ...fixed, ...valueFlags(options), ...flags];
  return runHelm(helm, args, options.values);
}

function valueFlags({ examples = [], values }: ChartOptions): string[] {
  const files = examples.map((name) => join(CHART_FOLDER, 'examples', name));
  return [...files, ...(values === undefined ? [] : ['-'])].flatMap((file) => ['--values', file]);
}

function succeeded({ ok, stdout, stderr }: HelmAnswer): string {
  if (!ok) throw new Error(stderr);
  return stdout;
}

/** JSON, with the characters escaped that are line breaks in YAML 1.1. */
function asYaml(values: unknown): string {
  const breaks = /[\u0085\u2028\u2029]/g;
  const escaped = (found: string) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(values).replace(breaks, escaped);
}
