import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** What the connection between client and server does to bytes. */
export type Fault =
  | { readonly kind: 'none' }
  /** Nothing gets through in either direction, without an error: a half-open connection. */
  | { readonly kind: 'frozen' }
  /** Nothing gets through until this ends, and then all of it: a partition that heals. */
  | { readonly kind: 'held' }
  /** Every reply is delayed by this time. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Every connection is reset, including new ones. */
  | { readonly kind: 'reset' }
  /** Every connection is reset so long after its first reply from then on. */
  | { readonly kind: 'brief'; readonly lifeMs: number }
  /** Replies come byte by byte. */
  | { readonly kind: 'sliced' }
  /** The server's replies are replaced. */
  | { readonly kind: 'rewritten'; readonly rewrite: (reply: string) => string };

/** A TCP connection to a real server that can have faults. */
export interface FaultyRedis {
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: number;
  become(fault: Fault): void;
  close(): Promise<void>;
}

/** Opens a proxy to the server on this port, at first without a fault. */
export async function startFaultyRedis(serverPort: number): Promise<FaultyRedis> {
  let fault: Fault = { kind: 'none' };
  let connections = 0;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined); // resets are expected
  };
  const server = createServer({ noDelay: true }, (client) => {
    connections += 1;
    keep(client);
    if (fault.kind === 'reset') return void client.resetAndDestroy();
    const upstream = connect({ port: serverPort, host: '127.0.0.1', noDelay: true });
    keep(upstream);
    if (fault.kind === 'held') for (const socket of [client, upstream]) socket.pause();
    client.on('data', (data) => fault.kind === 'frozen' || upstream.write(data));
    upstream.on('data', (data) => reply(client, data, fault));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    return undefined;
  });
  const port = await listen(server);
  return {
    port,
    get connections() {
      return connections;
    },
    become: (next) => {
      fault = next;
      for (const socket of sockets) {
        if (fault.kind === 'reset') socket.resetAndDestroy();
        else if (fault.kind === 'held') socket.pause();
        else socket.resume();
      }
    },
    close: async () => closeAll(server, sockets),
  };
}

function reply(client: Socket, data: Buffer, fault: Fault): void {
  switch (fault.kind) {
    case 'frozen':
    case 'reset':
      return;
    case 'none':
    case 'held': // what was read before it was held
      client.write(data);
      return;
    case 'slow':
      setTimeout(() => client.write(data), fault.delayMs);
      return;
    case 'brief':
      client.write(data);
      setTimeout(() => client.resetAndDestroy(), fault.lifeMs);
      return;
    case 'sliced':
      for (const byte of data) client.write(Buffer.from([byte]));
      return;
    case 'rewritten':
      client.write(fault.rewrite(data.toString('latin1')), 'latin1');
      return;
    default:
      fault satisfies never;
  }
}

/** A server that greets like Redis and answers every script with this reply. */
export interface FakeRedis {
  readonly port: number;
  /** From now on: the raw RESP reply to each script. */
  answer(resp: string): void;
  close(): Promise<void>;
}

/** A command of a client, by its first word. */
const COMMAND = /\*\d+\r\n\$\d+\r\n(\w+)\r\n/g;

export async function startFakeRedis(
  info = 'redis_version:7.2.0\r\nloading:0\r\n',
): Promise<FakeRedis> {
  let script = '+OK\r\n';
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      // Sufficient for a client that sends small commands.
      for (const [, command = ''] of data.toString('latin1').matchAll(COMMAND)) {
        const name = command.toLowerCase();
        if (name === 'info') socket.write(`$${info.length}\r\n${info}\r\n`);
        else if (name === 'auth' || name === 'select') socket.write('+OK\r\n');
        else socket.write(script, 'latin1');
      }
    });
  });
  const port = await listen(server);
  return {
    port,
    answer: (resp) => (script = resp),
    close: async () => closeAll(server, sockets),
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  server.close();
  for (const socket of sockets) socket.destroy();
  await once(server, 'close');
}
