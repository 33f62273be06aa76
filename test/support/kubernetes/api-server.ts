import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtOrSkip } from '../programs/built-or-skip.ts';
import { startProcess } from '../processes/child-process.ts';
import type { Running } from '../processes/child-process.ts';
import { eventually } from '../time/eventually.ts';
import { freePort } from '../network/free-port.ts';
import { provideApiServer } from '../../../tools/test-programs.ts';
import { runCommand } from '../processes/run-command.ts';
import type { CommandAnswer } from '../processes/run-command.ts';

const START_MAX_MS = 120_000;

/** A real API server of Kubernetes, without controllers and nodes: objects are accepted or refused, and nothing starts. */
export interface ApiServer {
  /**
   * Runs kubectl against it, with a text as its standard input. Warnings of the server, above all of its admission
   * plugins, are in `stderr`.
   */
  kubectl(args: readonly string[], input?: string): Promise<CommandAnswer>;
  /** The environment of a user whose kubectl and helm use this server, without PATH. */
  readonly access: { readonly KUBECONFIG: string; readonly HOME: string };
  stop(): Promise<void>;
}

/** The program, for a suite's `before`: without it the tests are skipped, and fail if CI is set. */
export function apiServerOrSkip(context: Mocha.Context): Promise<string> {
  return builtOrSkip(context, 'kube-apiserver', provideApiServer());
}

/** Starts it and waits until it is ready. */
export async function startApiServer(program: string, kubectl: string): Promise<ApiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-kubernetes-'));
  const [port, etcdPort] = await Promise.all([freePort(), freePort()]);
  // kubectl caches data of a server in HOME.
  const access = { KUBECONFIG: await writeAccess(folder, port), HOME: folder };
  const server = await startProcess(program, argumentsFor(folder, port, etcdPort));
  const ask = (args: readonly string[], input = '') =>
    runCommand(kubectl, args, { input, env: { ...process.env, ...access } });
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const state = await eventually('API server', () => stateOf(server, ask), START_MAX_MS).catch(
    String,
  );
  if (state === 'ready') return { kubectl: ask, access, stop };
  const log = server.log().slice(-2_000);
  await stop();
  throw new Error(`${state}\n${log}`);
}

async function stateOf(server: Running, ask: ApiServer['kubectl']) {
  if (!server.isAlive()) return 'the API server has ended';
  // It makes its own objects after it reports that it is ready.
  const { code } = await ask(['get', 'namespace', 'default']);
  return code === 0 && 'ready';
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
