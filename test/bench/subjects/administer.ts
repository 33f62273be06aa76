import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpCall } from '../../support/clients/http-call.ts';
import { freePort } from '../../support/network/free-port.ts';
import { serveCurfew } from '../serve-curfew.ts';
import type { ServeOptions } from '../serve-curfew.ts';
import { benchPolicy } from '../workload.ts';
import type { ListedPage } from './times-of-lists.ts';

export interface AdministerOptions extends Required<
  Pick<ServeOptions, 'program' | 'flags' | 'store'>
> {
  /** How many sessions each page has. */
  readonly page: number;
}

/** The administration of a real `curfew serve`, called by a viewer on one connection. */
export interface Administered {
  /** Lists a page of the subject's sessions, all of them live, the newest without a cursor. */
  list(cursor: string | undefined): Promise<ListedPage<string>>;
  stop(): Promise<void>;
}

/** Starts Curfew with administration over a store that has sessions of the subject. */
export async function administer(
  subject: string,
  { program, flags, store, page }: AdministerOptions,
): Promise<Administered> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-bench-'));
  const tokensPath = join(folder, 'admin.tokens');
  const token = randomBytes(32).toString('hex');
  await writeFile(tokensPath, `desk viewer ${token}\n`, { mode: 0o600 });
  const port = await freePort();
  const remove = async () => rm(folder, { recursive: true, force: true });
  const curfew = await serveCurfew({
    program,
    policy: benchPolicy(),
    store,
    flags: [...flags, `--admin-address=127.0.0.1:${port}`, `--admin-tokens-file=${tokensPath}`],
  }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    list: async (cursor) => {
      const query = new URLSearchParams({ subject, limit: String(page) });
      if (cursor !== undefined) query.set('cursor', cursor);
      const { status, body } = await httpCall(port, `/v1/sessions?${query.toString()}`, {
        headers: [['authorization', `Bearer ${token}`]],
        agent,
      });
      if (status !== 200) throw new Error(`${status}: ${body}`);
      const found = JSON.parse(body) as Page;
      const live = found.sessions.filter(({ state }) => state === 'live');
      if (live.length !== page) throw new Error(`${live.length} live sessions instead of ${page}`);
      return { next: found.cursor };
    },
    stop: async () => {
      agent.destroy();
      await curfew.stop();
      await remove();
    },
  };
}

interface Page {
  readonly sessions: readonly { readonly state: string }[];
  readonly cursor?: string;
}
