import { expect } from 'chai';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpCall } from '../clients/http-call.ts';
import { freePort } from '../network/free-port.ts';
import { readPage } from '../pages/page.ts';
import type { Page } from '../pages/page.ts';
import { pageShell } from '../pages/page-shell.ts';
import type { PageShell } from '../pages/page-shell.ts';
import { startProcess } from '../processes/child-process.ts';
import { createCheckClient, curfewMetadata } from '../requests/check-request.ts';
import { eventually } from '../time/eventually.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PAGE = 'docs/administration.md';
/** As the page writes it. */
const ADDRESS = '127.0.0.1:9003';

/** Somebody who has followed `docs/administration.md` until commands can be typed. */
export interface PageReader {
  readonly page: Page;
  readonly folder: string;
  readonly shell: PageShell;
  /** Runs a script that must succeed; what it prints. */
  ran(script: string): Promise<string>;
  /** The same in a terminal, in which the reader confirms. */
  confirmed(script: string): Promise<string>;
  /** Runs the page's example of a registration, with another credential. */
  register(credential: string): Promise<string>;
  /** The reason that a request with this credential gets. */
  reasonOf(credential: string): Promise<string>;
  /** Everything that the server has logged. */
  log(): string;
  stop(): Promise<void>;
}

/** Runs the page's blocks up to the first commands, with the server's addresses and store changed. */
export async function startPageReader(store: string): Promise<PageReader> {
  const page = await readPage(PAGE);
  const folder = await mkdtemp(join(tmpdir(), 'curfew-reader-'));
  await mkdir(join(folder, 'deploy'));
  await cp(join(ROOT, 'deploy', 'curfew.yaml'), join(folder, 'deploy', 'curfew.yaml'));
  await writeFile(join(folder, 'curfew.keys'), 'ab'.repeat(32));
  const shell = await pageShell(folder);
  const ran = async (script: string): Promise<string> => {
    const { code, stdout, stderr } = await shell.run(script);
    expect(code, `${script}\n${stderr}`).to.equal(0);
    return stdout;
  };
  await ran(page.block('tokens'));
  const [grpcPort, opsPort, adminPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const flags = [
    `--store=${store}`,
    '--key-file=curfew.keys',
    '--drain-delay=0s',
    `--grpc-address=127.0.0.1:${grpcPort}`,
    `--ops-address=127.0.0.1:${opsPort}`,
    `--admin-address=127.0.0.1:${adminPort}`,
  ];
  const command = `exec ${page.block('serve').trim()} ${flags.join(' ')}`;
  const server = await startProcess('sh', ['-euc', command], { cwd: folder, env: shell.env });
  const client = createCheckClient(`127.0.0.1:${grpcPort}`);
  const stop = async (): Promise<void> => {
    client.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const isReady = async (): Promise<boolean> => {
    if (!server.isAlive()) throw new Error(server.log());
    return (await httpCall(opsPort, '/readyz').catch(() => undefined))?.status === 200;
  };
  await eventually('ready server', isReady, 50_000).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  expect(await ran(page.block('client').replace(ADDRESS, `127.0.0.1:${adminPort}`))).to.match(
    /^ready +yes$/m,
  );
  return {
    page,
    folder,
    shell,
    ran,
    confirmed: async (script) => {
      const { code, stdout } = await shell.confirm(script);
      expect(code, `${script}\n${stdout}`).to.equal(0);
      return stdout;
    },
    register: (credential) =>
      ran(page.block('register').replace(/("credential": ")\w+/, `$1${credential}`)),
    reasonOf: async (credential) => {
      const { response } = await client.check({ headers: { cookie: `sid=${credential}` } });
      return String(curfewMetadata(response)['reason']);
    },
    log: () => server.log(),
    stop,
  };
}

/** The tag in the first line of a list. */
export function firstTag(list: string): string {
  const [, first = ''] = list.split('\n');
  return first.slice(0, 12);
}
