import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/network/free-port.ts';
import { httpCall } from '../support/clients/http-call.ts';
import { runCommand } from '../support/processes/run-command.ts';
import type { CommandAnswer } from '../support/processes/run-command.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** The people and programs of the demo that call Curfew's administration. */
export interface DemoAdministration {
  /** For `curfew serve`. */
  readonly flags: readonly string[];
  /** What the commands need in their environment. */
  readonly environment: Readonly<Record<'CURFEW_ADMIN_URL' | 'CURFEW_TOKEN_FILE', string>>;
  /** The login service registers a session. */
  register(session: { readonly credential: string; readonly subject: string }): Promise<number>;
  /** The operator types a command. */
  curfew(...words: readonly string[]): Promise<CommandAnswer>;
  remove(): Promise<void>;
}

/** Writes the list of callers, and the operator's token. */
export async function demoAdministration(): Promise<DemoAdministration> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-demo-'));
  const [login, operator] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
  const tokensFile = join(folder, 'admin.tokens');
  const tokenFile = join(folder, 'operator.token');
  await writeFile(tokensFile, `login issuer:web ${login}\nolga operator ${operator}\n`);
  await writeFile(tokenFile, operator);
  const port = await freePort();
  const environment = {
    CURFEW_ADMIN_URL: `http://127.0.0.1:${port}`,
    CURFEW_TOKEN_FILE: tokenFile,
  };
  return {
    flags: [`--admin-address=127.0.0.1:${port}`, `--admin-tokens-file=${tokensFile}`],
    environment,
    register: async (session) => {
      const { status } = await httpCall(port, '/v1/sessions', {
        method: 'POST',
        headers: [
          ['authorization', `Bearer ${login}`],
          ['content-type', 'application/json'],
        ],
        body: JSON.stringify({ source: 'web', ...session }),
      });
      return status;
    },
    curfew: (...words) =>
      runCommand(process.execPath, [MAIN, ...words], { env: { ...process.env, ...environment } }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
