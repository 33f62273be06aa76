// Records what real clients send to a gRPC server, as fixtures for the fuzz tests: node
// tools/run.mjs node test/support/http2/fuzz/record-corpus.ts Each file of
// test/fixtures/http2-corpus is one connection: the preface, then one frame per line, in hex.

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createCheckClient, encodeCheckRequest } from '../../requests/check-request.ts';
import { startEnvoy } from '../../envoy/envoy.ts';
import { connectRaw, framed } from '../../grpc-clients/raw-grpc.ts';
import { startTransport } from '../../transport/transport.ts';
import { FrameSplitter } from '../frame-splitter.ts';
import { frame, PREFACE } from '../frames.ts';
import { CORPUS_FOLDER } from './corpus.ts';

const CALLS = 5;

const CLIENTS: Readonly<Record<string, (port: number) => Promise<void>>> = {
  'grpc-js': async (port) => {
    const client = createCheckClient(`127.0.0.1:${port}`);
    for (let index = 0; index < CALLS; index += 1) {
      // oxlint-disable-next-line no-await-in-loop -- so that each finds the tables that the one before it left
      await client.check({ path: `/page/${index}` });
    }
    await Promise.all([client.check(), client.check()]);
    client.close();
  },
  'node-http2': async (port) => {
    const raw = await connectRaw(`127.0.0.1:${port}`);
    const body = framed(encodeCheckRequest());
    for (let index = 0; index < CALLS; index += 1) {
      // oxlint-disable-next-line no-await-in-loop -- as above
      await raw.call(body, { 'grpc-timeout': `${200 + index}m` });
    }
    await new Promise((resolve) => raw.session.ping(resolve));
    raw.close();
  },
  envoy: async (port) => {
    const envoy = await startEnvoy({ config: JSON.stringify(envoyConfig(port)) });
    const edge = await envoy.port('edge');
    for (let index = 0; index < CALLS; index += 1) {
      // oxlint-disable-next-line no-await-in-loop -- as above
      await get(edge, `/page/${index}`);
    }
    await Promise.all([get(edge, '/a'), get(edge, '/b')]);
    await envoy.stop();
  },
};

const server = await startTransport();
const [, serverPort] = server.transport.address.split(':');
for (const [name, play] of Object.entries(CLIENTS)) {
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  const bytes = await recorded(Number(serverPort), play);
  writeFileSync(join(CORPUS_FOLDER, `${name}.hex`), linesOf(bytes));
}
await server.close();

async function recorded(target: number, play: (port: number) => Promise<void>): Promise<Buffer> {
  const connections: Buffer[][] = [];
  const proxy = createServer((client) => {
    const chunks: Buffer[] = [];
    connections.push(chunks);
    const upstream = connect(target, '127.0.0.1');
    client.on('data', (chunk: Buffer) => chunks.push(chunk));
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) socket.on('error', () => {});
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  await play((proxy.address() as AddressInfo).port);
  proxy.close();
  const [longest = Buffer.alloc(0)] = connections
    .map((chunks) => Buffer.concat(chunks))
    .toSorted((a, b) => b.length - a.length);
  return longest;
}

function linesOf(bytes: Buffer): string {
  const frames = new FrameSplitter().push(bytes.subarray(PREFACE.length));
  const lines = frames.map(({ type, flags, streamId, payload }) =>
    frame(type, flags, streamId, { payload }).toString('hex'),
  );
  return [PREFACE.toString('hex'), ...lines, ''].join('\n');
}

async function get(port: number, path: string): Promise<void> {
  const headers = { cookie: 'sid=0123456789abcdef', accept: 'text/html' };
  const [response] = (await once(
    request({ port, path, headers, host: '127.0.0.1' }).end(),
    'response',
  )) as [NodeJS.ReadableStream];
  response.resume();
  await once(response, 'end');
}

function envoyConfig(port: number): object {
  const typed = (type: string, fields: object) => ({
    '@type': `type.googleapis.com/envoy.${type}`,
    ...fields,
  });
  const manager = typed(
    'extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    {
      stat_prefix: 'edge',
      route_config: {
        virtual_hosts: [
          {
            name: 'all',
            domains: ['*'],
            routes: [{ match: { prefix: '/' }, direct_response: { status: 200 } }],
          },
        ],
      },
      http_filters: [
        {
          name: 'authz',
          typed_config: typed('extensions.filters.http.ext_authz.v3.ExtAuthz', {
            transport_api_version: 'V3',
            grpc_service: { envoy_grpc: { cluster_name: 'curfew' }, timeout: '5s' },
          }),
        },
        { name: 'router', typed_config: typed('extensions.filters.http.router.v3.Router', {}) },
      ],
    },
  );
  const address = (at: number) => ({ socket_address: { address: '127.0.0.1', port_value: at } });
  const endpoint = { endpoint: { address: address(port) } };
  const http2 = typed('extensions.upstreams.http.v3.HttpProtocolOptions', {
    explicit_http_config: { http2_protocol_options: {} },
  });
  return {
    static_resources: {
      listeners: [
        {
          name: 'edge',
          address: address(0),
          filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
        },
      ],
      clusters: [
        {
          name: 'curfew',
          type: 'STATIC',
          load_assignment: { cluster_name: 'curfew', endpoints: [{ lb_endpoints: [endpoint] }] },
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': http2,
          },
        },
      ],
    },
  };
}
