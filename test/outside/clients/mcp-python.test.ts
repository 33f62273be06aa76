import { join } from 'node:path';
import { behavesAsMcpClient } from '../../support/outside/mcp-behaviour.ts';
import { outsidePythonOrSkip, PROGRAMS } from '../../support/outside/programs.ts';

describe('an MCP client of the Python SDK', () => {
  behavesAsMcpClient(async (context) => [
    await outsidePythonOrSkip(context),
    join(PROGRAMS, 'python', 'mcp_client.py'),
  ]);
});
