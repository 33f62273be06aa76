import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A server that greets like a node of a Redis Cluster, and whose other replies a test chooses. */
export interface FakeNode {
  readonly port: number;
  readonly id: string;
  /** Connections accepted so far. */
  readonly connections: number;
  /** The scripts and ASKINGs that it got: the first word of each. */
  readonly scripts: readonly string[];
  /** What CLUSTER SLOTS says from now on: who has all slots, and which other nodes there are. */
  knows(...nodes: readonly FakeNode[]): void;
  /** The raw RESP reply to each script from now on. */
  answer(reply: (words: readonly string[]) => string): void;
  close(): Promise<void>;
}

const INFO = 'redis_version:7.2.0\r\nredis_mode:cluster\r\nloading:0\r\n';

/** @param digit its id is 40 of these hex digits */
export async function startFakeNode(digit: string): Promise<FakeNode> {
  const id = digit.repeat(40);
  const scripts: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let known: readonly FakeNode[] = [];
  let reply: (words: readonly string[]) => string = () => '+OK\r\n';
  const answer = ([name = '', second = '', ...rest]: readonly string[]): string => {
    switch (`${name} ${name === 'CLUSTER' ? second : ''}`.trim().toUpperCase()) {
      case 'INFO':
        return bulk(INFO);
      case 'TIME':
        return `*2\r\n${bulk('1700000000')}${bulk('0')}`;
      case 'CLUSTER SLOTS':
        return slotsReply(known);
      case 'CLUSTER NODES':
        return bulk(known.map(nodeLine).join(''));
      case 'ASKING':
        scripts.push('ASKING');
        return '+OK\r\n';
      case 'EVAL':
      case 'EVALSHA':
        scripts.push(name);
        return reply([name, second, ...rest]);
      default:
        return '+OK\r\n';
    }
  };
  const server = createServer({ noDelay: true }, (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (data) => {
      text += data.toString('latin1');
      for (let cut = cutCommand(text); cut !== undefined; cut = cutCommand(text)) {
        text = cut.rest;
        socket.write(answer(cut.words), 'latin1');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    id,
    get connections() {
      return connections;
    },
    scripts,
    knows: (...nodes) => (known = nodes),
    answer: (next) => (reply = next),
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

function slotsReply([primary, ...others]: readonly FakeNode[]): string {
  if (primary === undefined) return '*0\r\n';
  const nodes = [primary, ...others].map(
    ({ port, id }) => `*3\r\n${bulk('127.0.0.1')}:${port}\r\n${bulk(id)}`,
  );
  return `*1\r\n*${2 + nodes.length}\r\n:0\r\n:16383\r\n${nodes.join('')}`;
}

function nodeLine({ id, port }: FakeNode): string {
  return `${id} 127.0.0.1:${port}@1 master - 0 0 1 connected\n`;
}

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

function cutCommand(text: string): { words: string[]; rest: string } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return undefined;
  let at = head[0].length;
  const words: string[] = [];
  for (let word = 0; word < Number(head[1]); word += 1) {
    const length = /^\$(\d+)\r\n/.exec(text.slice(at, at + 16));
    if (length === null) return undefined;
    const from = at + length[0].length;
    at = from + Number(length[1]) + 2;
    if (at > text.length) return undefined;
    words.push(text.slice(from, at - 2));
  }
  return { words, rest: text.slice(at) };
}
