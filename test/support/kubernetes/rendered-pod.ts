import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkHealth } from '../../../src/transport/check-health.ts';
import { startProcess } from '../processes/child-process.ts';
import type { Running } from '../processes/child-process.ts';
import { freePort } from '../network/free-port.ts';
import { httpCall } from '../clients/http-call.ts';
import { environmentOf, workloadsIn } from './kube-object.ts';
import type { Container, KubeObject, PortRef, Probe, Workload } from './kube-object.ts';
import { writePodFiles } from './pod-files.ts';
import type { SecretTexts } from './pod-files.ts';

const PROBE_MAX_MS = 2_000;

export interface RenderedPodOptions {
  readonly objects: readonly KubeObject[];
  /** `Deployment/curfew`; its first container is started. */
  readonly title: string;
  /** The words before the container's own `args`: the entry point of the image. */
  readonly entrypoint: readonly string[];
  readonly secrets?: SecretTexts;
  /** Variables that must differ from the manifest, because there is no cluster, for example the address of Redis. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The process of a container, started here exactly as its manifest says, with its files below a folder. */
export interface RenderedPod {
  readonly process: Running;
  /** The folder in place of the container's root. */
  readonly root: string;
  /** The port of 127.0.0.1 in place of a port of the container. */
  port(named: PortRef): number;
  /** Whether a probe of the manifest succeeds. */
  probe(name: 'startupProbe' | 'readinessProbe' | 'livenessProbe'): Promise<boolean>;
  /** Writes the present content of the objects into the volumes, as the kubelet does some time after a change. */
  update(objects: readonly KubeObject[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the first container of a workload without a cluster, with exactly the environment of the manifest. */
export async function startRenderedPod(options: RenderedPodOptions): Promise<RenderedPod> {
  const { objects, title, entrypoint, secrets = {} } = options;
  const workload = workloadsIn(objects).find((other) => other.title === title);
  const [container] = workload?.pod.containers ?? [];
  if (workload === undefined || container === undefined) throw new Error(`there is no ${title}`);
  const root = await mkdtemp(join(tmpdir(), 'curfew-pod-'));
  const remove = () => rm(root, { recursive: true, force: true });
  try {
    await writePodFiles(root, { workload, container }, objects, secrets);
    const ports = await portsFor(container);
    const own = environmentHere({ workload, container, objects }, { root, ports });
    const env = { ...own, ...options.environment };
    const args = (container.args ?? []).map((word) => below(root, word, container));
    const [program = '', ...words] = [...entrypoint, ...args];
    const process = await startProcess(program, words, { cwd: root, env });
    const port = (named: PortRef) => portHere(container, ports, named);
    return {
      process,
      root,
      port,
      probe: (name) => probed(container[name], port),
      update: (next) => writePodFiles(root, { workload, container }, next, secrets),
      stop: async () => {
        await process.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

type Ports = ReadonlyMap<number, number>;

async function portsFor(container: Container): Promise<Ports> {
  const numbers = (container.ports ?? []).map(({ containerPort }) => containerPort);
  return new Map(await Promise.all(numbers.map(async (from) => [from, await freePort()] as const)));
}

function portHere(container: Container, ports: Ports, named: PortRef): number {
  const number = container.ports?.find(({ name, containerPort }) =>
    typeof named === 'number' ? containerPort === named : name === named,
  )?.containerPort;
  const here = ports.get(number ?? 0);
  if (here === undefined) throw new Error(`${container.name} has no port ${named}`);
  return here;
}

/** The manifest's variables, with paths below `root`, and free ports of this machine in place of the container's. */
function environmentHere(
  {
    workload,
    container,
    objects,
  }: { workload: Workload; container: Container; objects: readonly KubeObject[] },
  { root, ports }: { readonly root: string; readonly ports: Ports },
): Record<string, string> {
  const environment = environmentOf(container, workload, objects);
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      const [, host, digits] = /^(?:(.*):)?(\d+)$/.exec(value) ?? [];
      const port = ports.get(Number(digits));
      if (port === undefined) {
        return [name, value === '0.0.0.0' ? '127.0.0.1' : below(root, value, container)];
      }
      return [name, host === undefined ? String(port) : `127.0.0.1:${port}`];
    }),
  );
}

function below(root: string, value: string, container: Container): string {
  const isMounted = container.volumeMounts?.some(({ mountPath }) => value.startsWith(mountPath));
  return isMounted === true ? join(root, value) : value;
}

async function probed(probe: Probe | undefined, port: (named: PortRef) => number) {
  if (probe?.grpc !== undefined) {
    const address = `127.0.0.1:${port(probe.grpc.port)}`;
    return (await checkHealth(address, probe.grpc.service ?? '', PROBE_MAX_MS)) === 'SERVING';
  }
  if (probe?.httpGet === undefined) throw new Error('no such probe, or one of another kind');
  const { path = '/', port: named } = probe.httpGet;
  const answer = await httpCall(port(named), path).catch(() => undefined);
  return answer !== undefined && answer.status >= 200 && answer.status < 400;
}
