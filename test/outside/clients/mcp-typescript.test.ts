import { join } from 'node:path';
import { behavesAsMcpClient } from '../../support/outside/mcp-behaviour.ts';
import { outsideNodeOrSkip } from '../../support/outside/programs.ts';

describe('an MCP client of the TypeScript SDK', () => {
  behavesAsMcpClient(async (context) => [
    process.execPath,
    join(await outsideNodeOrSkip(context), 'mcp-client.mjs'),
  ]);
});
