import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpCall } from '../clients/http-call.ts';
import type { Answer } from '../clients/http-call.ts';
import { writeKeyFile } from '../files/key-file.ts';
import { freePort } from '../network/free-port.ts';
import { runInTerminal } from '../processes/in-terminal.ts';
import type { Typing } from '../processes/in-terminal.ts';
import { startCurfew } from '../processes/curfew.ts';
import type { Curfew } from '../processes/curfew.ts';
import { runCommand } from '../processes/run-command.ts';
import type { CommandAnswer } from '../processes/run-command.ts';
import { createCheckClient, curfewMetadata } from '../requests/check-request.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');

/** The callers of its tokens file, by name, with their roles. */
const CALLERS = { login: 'issuer:web', ops: 'operator', desk: 'viewer' } as const;
export type Caller = keyof typeof CALLERS;

export interface AdministeredOptions {
  readonly policy: string;
  /** `memory:` by default. */
  readonly store?: string;
  /** More flags, one word in each element. */
  readonly flags?: readonly string[];
}

/** How one command is run. */
export interface CommandRun {
  /** `ops` by default. */
  readonly as?: Caller;
  /** Its standard input. */
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A real `curfew serve` with its administration, and the folder of its callers' tokens. */
export interface AdministeredCurfew {
  readonly process: Curfew;
  readonly url: string;
  /** It has `NAME.token` of each caller, and `admin.tokens`. */
  readonly folder: string;
  /** Runs `curfew WORDS` against it, to its end. */
  curfew(words: readonly string[], run?: CommandRun): Promise<CommandAnswer>;
  /** Registers a session, as the login service does. */
  register(session: Readonly<Record<string, string>>): Promise<Answer>;
  /** Runs `curfew WORDS` in a terminal, where a person types. */
  inTerminal(words: readonly string[], typings: readonly Typing[]): Promise<CommandAnswer>;
  /** The reason that a request with this cookie gets. */
  reasonOf(cookie: string, path?: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a server with three callers: `login` (issuer of `web`), `ops` (operator) and `desk` (viewer). */
export async function startAdministeredCurfew({
  policy,
  store = 'memory:',
  flags = [],
}: AdministeredOptions): Promise<AdministeredCurfew> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-administration-'));
  const tokens = await writeCallers(folder);
  const policyPath = join(folder, 'curfew.yaml');
  await writeFile(policyPath, policy);
  const keys = await writeKeyFile();
  const [grpcPort, opsPort, adminPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const close = async (): Promise<void> => {
    await keys.remove();
    await rm(folder, { recursive: true, force: true });
  };
  const curfew = await startCurfew({
    policyPath,
    grpcPort,
    opsPort,
    store,
    flags: [
      `--key-file=${keys.path}`,
      `--admin-address=127.0.0.1:${adminPort}`,
      `--admin-tokens-file=${join(folder, 'admin.tokens')}`,
      ...flags,
    ],
  }).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const client = createCheckClient(`127.0.0.1:${grpcPort}`);
  const url = `http://127.0.0.1:${adminPort}`;
  const environmentOf = (caller: Caller): NodeJS.ProcessEnv => ({
    PATH: process.env['PATH'],
    CURFEW_ADMIN_URL: url,
    CURFEW_TOKEN_FILE: join(folder, `${caller}.token`),
  });
  return {
    process: curfew,
    url,
    folder,
    curfew: (words, { as = 'ops', input = '', env = {} } = {}) =>
      runCommand(process.execPath, [MAIN, ...words], {
        cwd: folder,
        input,
        env: { ...environmentOf(as), ...env },
      }),
    register: (session) =>
      httpCall(adminPort, '/v1/sessions', {
        method: 'POST',
        headers: [
          ['authorization', `Bearer ${tokens.login}`],
          ['content-type', 'application/json'],
        ],
        body: JSON.stringify(session),
      }),
    inTerminal: (words, typings) =>
      runInTerminal([process.execPath, MAIN, ...words], {
        cwd: folder,
        env: environmentOf('ops'),
        typings,
      }),
    reasonOf: async (cookie, path = '/') => {
      const { response, details } = await client.check({ path, headers: { cookie } });
      const { reason } = curfewMetadata(response);
      return typeof reason === 'string' ? reason : details;
    },
    stop: async () => {
      client.close();
      await curfew.stop();
      await close();
    },
  };
}

/** The tokens, by caller. */
async function writeCallers(folder: string): Promise<Readonly<Record<Caller, string>>> {
  const newToken = (): string => randomBytes(32).toString('hex');
  const tokens = { login: newToken(), ops: newToken(), desk: newToken() };
  const lines = Object.entries(CALLERS).map(
    ([name, role]) => `${name} ${role} ${tokens[name as Caller]}\n`,
  );
  await writeFile(join(folder, 'admin.tokens'), lines.join(''));
  for (const [name, token] of Object.entries(tokens)) {
    // oxlint-disable-next-line no-await-in-loop -- three
    await writeFile(join(folder, `${name}.token`), `${token}\n`);
  }
  return tokens;
}
