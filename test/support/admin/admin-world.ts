import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { httpCall } from '../clients/http-call.ts';
import type { Answer } from '../clients/http-call.ts';
import { mountVolume } from '../files/mounted-volume.ts';
import { freePort } from '../network/free-port.ts';
import { createCheckClient, curfewMetadata } from '../requests/check-request.ts';
import { startCurfew } from '../processes/curfew.ts';
import type { Curfew, CurfewOptions } from '../processes/curfew.ts';

/** The callers in the tokens file of every world, with the role that each has. */
export const CALLERS = {
  vera: 'viewer',
  olga: 'operator',
  login: 'issuer',
  weblogin: 'issuer:web',
} as const;
export type Caller = keyof typeof CALLERS;

export interface AdminWorldOptions {
  /** The text of the policy file. */
  readonly policies: string;
  readonly flags?: readonly string[];
  readonly store?: string;
  readonly curfew?: Partial<CurfewOptions>;
}

/** An answer of administration, with its body parsed. */
export interface AdminReply extends Answer {
  readonly json: Readonly<Record<string, unknown>>;
}

/** A real `curfew serve` with administration and a caller for each role. */
export interface AdminWorld {
  readonly curfew: Curfew;
  readonly adminPort: number;
  readonly grpcPort: number;
  readonly tokens: Readonly<Record<Caller, string>>;
  readonly tokensPath: string;
  readonly policyPath: string;
  get(path: string, caller?: Caller): Promise<AdminReply>;
  post(path: string, body: unknown, caller?: Caller): Promise<AdminReply>;
  /** A request with this cookie `sid`: the reason of the verdict, such as `ok`. */
  visit(cookie: string, path?: string): Promise<string>;
  /** Replaces the tokens file in one step. */
  writeTokens(text: string): Promise<void>;
  /** The lines of the log about calls. */
  calls(): readonly Readonly<Record<string, unknown>>[];
  close(): Promise<void>;
}

/** Starts Curfew with administration on a port of its own. */
export async function startAdminWorld(options: AdminWorldOptions): Promise<AdminWorld> {
  const tokens = newTokens();
  const volume = await mountVolume({ 'curfew.yaml': options.policies }, 0o600);
  const policyPath = volume.path('curfew.yaml');
  const tokensPath = join(volume.folder, 'tokens');
  await writeFile(tokensPath, tokenLines(tokens), { mode: 0o600 });
  const [grpcPort, opsPort, adminPort] = [await freePort(), await freePort(), await freePort()];
  const curfew = await startCurfew({
    policyPath,
    grpcPort,
    opsPort,
    store: options.store ?? 'memory:',
    ...options.curfew,
    flags: [
      `--admin-address=127.0.0.1:${adminPort}`,
      `--admin-tokens-file=${tokensPath}`,
      ...(options.flags ?? []),
    ],
  }).catch(async (error: unknown) => {
    await volume.remove();
    throw error;
  });
  const client = createCheckClient(`127.0.0.1:${grpcPort}`);
  const call = async (method: string, path: string, caller: Caller, body?: unknown) =>
    parsed(
      await httpCall(adminPort, path, {
        method,
        headers: [
          ['authorization', `Bearer ${tokens[caller]}`],
          ...(body === undefined ? [] : ([['content-type', 'application/json']] as const)),
        ],
        body: body === undefined ? '' : JSON.stringify(body),
      }),
    );
  return {
    curfew,
    adminPort,
    grpcPort,
    tokens,
    tokensPath,
    policyPath,
    get: (path, caller = 'vera') => call('GET', path, caller),
    post: (path, body, caller = 'olga') => call('POST', path, caller, body),
    visit: async (cookie, path = '/') => {
      const answer = await client.check({ path, headers: { cookie: `sid=${cookie}` } });
      const { reason } = curfewMetadata(answer.response) as { readonly reason?: string };
      return reason ?? answer.codeName;
    },
    writeTokens: async (text) => {
      await writeFile(`${tokensPath}.next`, text, { mode: 0o600 });
      await rename(`${tokensPath}.next`, tokensPath);
    },
    calls: () => callsIn(curfew.log()),
    close: async () => {
      client.close();
      await curfew.stop();
      await volume.remove();
    },
  };
}

/** A token for each caller. */
export function newTokens(): Readonly<Record<Caller, string>> {
  const names = Object.keys(CALLERS) as Caller[];
  const pairs = names.map((name) => [name, randomBytes(32).toString('hex')] as const);
  return Object.fromEntries(pairs) as Record<Caller, string>;
}

export function tokenLines(tokens: Readonly<Record<Caller, string>>): string {
  const names = Object.keys(CALLERS) as Caller[];
  return names.map((name) => `${name} ${CALLERS[name]} ${tokens[name]}\n`).join('');
}

/** An answer with its body parsed; a body that is not JSON is an error. */
export function parsed(answer: Answer): AdminReply {
  const json = JSON.parse(answer.body === '' ? '{}' : answer.body) as AdminReply['json'];
  return { ...answer, json };
}

/** The lines of a log about calls of administration. */
export function callsIn(log: string): readonly Readonly<Record<string, unknown>>[] {
  return log
    .split('\n')
    .filter((line) => line.includes('"event":"admin_call"'))
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}
