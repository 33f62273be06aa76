import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtOrSkip } from '../built-or-skip.ts';
import { startProcess } from '../child-process.ts';
import type { Running } from '../child-process.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../free-port.ts';
import { provideGoProgram } from '../provide-go-program.ts';

const START_MAX_MS = 120_000;

/** How a kubectl command ended. */
export interface KubectlAnswer {
  readonly code: number;
  readonly stdout: string;
  /** Faults, and the warnings of the server, of its admission plugins above all. */
  readonly stderr: string;
}

/** A real API server of Kubernetes, without controllers and nodes: objects are accepted or refused, and nothing starts. */
export interface ApiServer {
  /** Runs kubectl against it, with a text as its standard input. */
  kubectl(args: readonly string[], input?: string): Promise<KubectlAnswer>;
  stop(): Promise<void>;
}

/** The program, for a suite's `before`: without it the tests are skipped, and fail where CI is set. */
export function apiServerOrSkip(context: Mocha.Context): Promise<string> {
  const folder = join(import.meta.dirname, '..', '..', 'tools', 'kube-apiserver');
  return builtOrSkip(context, 'kube-apiserver', provideGoProgram('kube-apiserver', folder));
}

/** Starts it and waits until it is ready. */
export async function startApiServer(program: string, kubectl: string): Promise<ApiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-kubernetes-'));
  const [port, etcdPort] = await Promise.all([freePort(), freePort()]);
  const kubeconfig = await writeAccess(folder, port);
  const server = await startProcess(program, argumentsFor(folder, port, etcdPort));
  const ask = (args: readonly string[], input = '') =>
    runKubectl(kubectl, [`--kubeconfig=${kubeconfig}`, ...args], input);
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await eventually('API server', () => isReady(server, ask), START_MAX_MS);
    return { kubectl: ask, stop };
  } catch (error) {
    const log = server.log().slice(-2_000);
    await stop();
    throw new Error(`${String(error)}\n${log}`, { cause: error });
  }
}

async function isReady(server: Running, ask: (args: readonly string[]) => Promise<KubectlAnswer>) {
  if (!server.isAlive()) throw new Error('it has ended');
  // What it makes itself comes after it says that it is ready.
  return (await ask(['get', 'namespace', 'default'])).code === 0;
}

async function writeAccess(folder: string, port: number): Promise<string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const token = randomBytes(16).toString('hex');
  await writeFile(
    join(folder, 'accounts.key'),
    privateKey.export({ type: 'pkcs8', format: 'pem' }),
    { mode: 0o600 },
  );
  await writeFile(join(folder, 'tokens.csv'), `${token},tester,tester,system:masters\n`, {
    mode: 0o600,
  });
  const cluster = { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true };
  const kubeconfig = join(folder, 'kubeconfig');
  const access = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
  await writeFile(kubeconfig, JSON.stringify(access), { mode: 0o600 });
  return kubeconfig;
}

function argumentsFor(folder: string, port: number, etcdPort: number): string[] {
  const accountsKey = join(folder, 'accounts.key');
  return [
    join(folder, 'etcd'),
    `http://127.0.0.1:${etcdPort}`,
    `--cert-dir=${join(folder, 'certificates')}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--authorization-mode=RBAC',
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--service-account-issuer=https://kubernetes.test',
    `--service-account-key-file=${accountsKey}`,
    `--service-account-signing-key-file=${accountsKey}`,
  ];
}

function runKubectl(program: string, args: readonly string[], input: string) {
  return new Promise<KubectlAnswer>((resolve) => {
    const options = { maxBuffer: 16 * 1024 * 1024 };
    const child = execFile(program, [...args], options, (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error ? 1 : 0,
        stdout,
        stderr,
      });
    });
    child.stdin?.on('error', () => undefined); // it may end without reading
    child.stdin?.end(input);
  });
}
