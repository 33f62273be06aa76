// An MCP server of the TypeScript SDK: one transport for each session, as its documentation shows.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express from 'express';

const transports = new Map();
const app = express();
app.use(express.json());
// oxlint-disable-next-line no-async-endpoint-handlers -- Express 5 handles what it rejects
app.all('/mcp', async (request, response) => {
  const transport = transports.get(request.headers['mcp-session-id']) ?? (await opened());
  await transport.handleRequest(request, response, request.body);
});
app.listen(Number(process.argv[2]), '127.0.0.1');

async function opened() {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (id) => transports.set(id, transport),
  });
  const server = new McpServer({ name: 'slow tools', version: '1.0.0' });
  server.registerTool('quick', { description: 'answers at once' }, () => text('quick'));
  server.registerTool('slow', { description: 'answers after 4 s' }, async () => {
    await sleep(4_000);
    return text('slow');
  });
  await server.connect(transport);
  return transport;
}

function text(word) {
  return { content: [{ type: 'text', text: word }] };
}
