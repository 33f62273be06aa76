// The application behind the proxy: its own login, two pages, an API, streams. It has no code about
// session timeouts, because that is Curfew's job. `node deploy/sample-app/main.ts`

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createGrpcServer } from './grpc-echo.ts';
import { createWebServer } from './web-server.ts';

const host = process.env['HOST'] ?? '127.0.0.1';
const web = createWebServer();
const grpc = createGrpcServer();

web.listen(Number(process.env['PORT'] ?? 8080), host);
grpc.listen(Number(process.env['GRPC_PORT'] ?? 8081), host);
await Promise.all([once(web, 'listening'), once(grpc, 'listening')]);

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
process.stdout.write(`sample app: http ${portOf(web)}, grpc ${portOf(grpc)}\n`);

// Streams do not end by themselves, so there is nothing to wait for.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));
