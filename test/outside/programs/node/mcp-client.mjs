// A client of the TypeScript SDK: mcp-client.mjs URL TOKEN TOOL... calls the tools one after the other and prints for each
// what it gives its caller, as a line of JSON.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [url, token, ...tools] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}` };
const client = new Client({ name: 'test', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
for (const tool of tools) {
  try {
    const { content } = await client.callTool({ name: tool, arguments: {} });
    report({ tool, text: content[0].text });
  } catch (error) {
    report({ tool, error: String(error) });
  }
}
await client.close();

function report(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
