import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { envoyOrSkip } from '../programs/provision-or-skip.ts';
import { tokenIssuer } from '../tokens/signed-tokens.ts';
import { shortRecipe, startGuarded } from './guarded-application.ts';
import type { GuardedApplication } from './guarded-application.ts';
import { outsideNodeOrSkip } from './programs.ts';

/** The idle timeout in place of the recipe's. The slow tool of the server takes longer. */
export const MCP_IDLE_MS = 3_000;

const ABSOLUTE_MS = 3_600_000;
const KEYS_URI = /^( *)jwks_uri: .*$/m;

/** One login of an agent at its identity provider. */
export interface AgentLogin {
  /** A token of this login, newer than the one before: what a refresh gives. */
  token(): Promise<string>;
}

/** A server of the Model Context Protocol behind the production Envoy and Curfew with the recipe for it. */
export interface GuardedMcp extends GuardedApplication {
  /** A new login in the provider's session of this name. */
  logIn(sid: string): AgentLogin;
}

/** Starts it for a suite's `before`. The recipe's timeouts are shorter, and its keys are in a file. */
export async function guardedMcpOrSkip(context: Mocha.Context): Promise<GuardedMcp> {
  await envoyOrSkip(context);
  const program = join(await outsideNodeOrSkip(context), 'mcp-server.mjs');
  const folder = await mkdtemp(join(tmpdir(), 'curfew-keys-'));
  const removeKeys = () => rm(folder, { recursive: true, force: true });
  try {
    const issuer = await tokenIssuer();
    await issuer.writeKeys(join(folder, 'keys.json'));
    const recipe = shortRecipe('mcp.yaml', MCP_IDLE_MS, ABSOLUTE_MS);
    if (!KEYS_URI.test(recipe)) throw new Error('mcp.yaml has no jwks_uri');
    const policy = recipe.replace(KEYS_URI, `$1jwks_file: ${join(folder, 'keys.json')}`);
    const server = { file: process.execPath, args: (port: number) => [program, String(port)] };
    const guarded = await startGuarded(server, policy, ['127.0.0.1']);
    let logins = 0;
    return {
      ...guarded,
      logIn: (sid) => {
        logins += 1;
        // Two logins are never in the same second.
        const authTime = Math.floor(Date.now() / 1000) - 1_000 + logins;
        let tokens = 0;
        return {
          token: () => {
            tokens += 1;
            return issuer.sign({
              iss: 'https://sso.example.com/realms/agents',
              aud: 'https://mcp.example.com/mcp',
              sub: 'alice',
              sid,
              auth_time: authTime,
              iat: authTime + tokens,
              exp: Math.floor(Date.now() / 1000) + 600,
            });
          },
        };
      },
      stop: async () => {
        await guarded.stop();
        await removeKeys();
      },
    };
  } catch (error) {
    await removeKeys();
    throw error;
  }
}
