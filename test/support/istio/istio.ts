import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { builtOrSkip } from '../programs/built-or-skip.ts';
import { provideIstio } from '../../../tools/test-programs.ts';
import type { ProxyConfig } from './proxy-config.ts';

/** A proxy of the mesh, described by its pod. */
export interface MeshProxy {
  readonly type: 'router' | 'sidecar' | 'waypoint';
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ip: string;
}

/** What a command printed, on both streams, and how it ended. */
export interface CommandEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The content of a file, or the name of a flag and the content of the file that it takes. */
export type FileArgument = string | readonly [flag: string, text: string];

/** Istio's own code, run without a cluster. */
export interface Istio {
  /** Runs istioctl on files with these contents. Their paths, or flags with the paths, follow the words. */
  ctl(words: readonly string[], files: readonly FileArgument[]): Promise<CommandEnd>;
  /**
   * The configuration that istiod would send to a proxy.
   * @param objects YAML texts: Services, Pods, EndpointSlices, and what Istio reads
   * @param istiodSettings environment variables of istiod
   * @throws if a setting of the mesh is unknown, or an object malformed
   */
  proxyConfigOf(
    proxy: MeshProxy,
    mesh: object,
    objects: readonly string[],
    istiodSettings?: Readonly<Record<string, string>>,
  ): Promise<ProxyConfig>;
}

/** Istio's code for a suite's `before`: without it the tests are skipped, and fail if CI is set. */
export async function istioOrSkip(context: Mocha.Context): Promise<Istio> {
  const program = await builtOrSkip(context, 'istio', provideIstio());
  return {
    ctl: (words, files) => {
      const texts = files.map((file) => (typeof file === 'string' ? file : file[1]));
      return onFiles(texts, (paths) => {
        const given = files.map((file, index) =>
          typeof file === 'string' ? (paths[index] ?? '') : `--${file[0]}=${paths[index]}`,
        );
        return run(program, [...words, ...given]);
      });
    },
    proxyConfigOf: (proxy, mesh, objects, istiodSettings) =>
      onFiles([stringify(mesh), ...objects], async ([meshFile = '', ...files]) => {
        const asking = ['-mesh', meshFile, '-proxy', JSON.stringify(proxy)];
        const end = await run(program, ['proxy-config-of', ...asking, ...files], istiodSettings);
        if (end.code !== 0) throw new Error(end.stderr);
        return JSON.parse(end.stdout) as ProxyConfig;
      }),
  };
}

/** The folder of Helm's chart `istiod`, in the version of {@link istioOrSkip}. */
export async function istiodChart(): Promise<string> {
  const cwd = join(import.meta.dirname, '..', '..', 'programs', 'istio');
  const words = ['list', '-m', '-f', '{{.Dir}}', 'istio.io/istio'];
  const { stdout } = await promisify(execFile)('go', words, { cwd });
  return join(stdout.trim(), 'manifests', 'charts', 'istio-control', 'istio-discovery');
}

/** The settings of the mesh that an IstioOperator or the values of the chart istiod contain. */
export function meshConfigIn(text: string): Record<string, unknown> {
  const file = parse(text) as { spec?: { meshConfig?: object }; meshConfig?: object };
  const meshConfig = file.spec?.meshConfig ?? file.meshConfig;
  if (meshConfig === undefined) throw new Error('there is no meshConfig in it');
  return { ...meshConfig };
}

async function onFiles<T>(
  texts: readonly string[],
  use: (paths: string[]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-istio-'));
  try {
    const paths = texts.map((_, index) => join(folder, `${index}.yaml`));
    await Promise.all(texts.map((text, index) => writeFile(paths[index] ?? '', text)));
    return await use(paths);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function run(
  program: string,
  args: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<CommandEnd> {
  // Without any cluster, even if this machine is connected to one.
  const env = { ...process.env, ...settings, KUBECONFIG: '/dev/null' };
  const options = { env, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}
