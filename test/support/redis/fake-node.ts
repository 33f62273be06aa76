import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A part of the Cluster as a fake node sees it. The parts have equal shares of the slots, in order. */
export interface FakeShard {
  readonly primary: FakeNode;
  readonly replicas?: readonly FakeNode[];
  /** 1 by default. */
  readonly epoch?: number;
  /** The flags of the primary: `master` by default. */
  readonly flags?: string;
}

/** A server that greets like a node of a Redis Cluster, and whose other replies a test chooses. */
export interface FakeNode {
  readonly port: number;
  readonly id: string;
  /** Connections accepted so far. */
  readonly connections: number;
  /** Those of them that are open. */
  readonly open: number;
  /** The scripts and ASKINGs that it got: the first word of each. */
  readonly scripts: readonly string[];
  /** What CLUSTER SLOTS says from now on: who has all slots, and which other nodes there are. */
  knows(...nodes: readonly FakeNode[]): void;
  /** The same for a Cluster of several parts. */
  sees(shards: readonly FakeShard[]): void;
  /** Lines that INFO has besides, such as `role:master`. */
  says(...lines: readonly string[]): void;
  /** The raw RESP reply to each script from now on. */
  answer(reply: (words: readonly string[]) => string): void;
  /** From now on it answers nothing, and keeps its connections. */
  hold(): void;
  close(): Promise<void>;
}

const SLOT_COUNT = 16_384;
const INFO = 'redis_version:7.2.0\r\nredis_mode:cluster\r\nloading:0\r\n';

/** The raw reply to a script. @param text the words of the reply, which repeats the nonce */
export function scriptReply(words: readonly string[], text: (nonce: string) => string): string {
  const nonceAt = 3 + Number(words[2]); // after the name, the digest, and the keys with their number
  return bulk(text(words[nonceAt] ?? ''));
}

/** @param digit its id is 40 of these hex digits */
export async function startFakeNode(digit: string): Promise<FakeNode> {
  const id = digit.repeat(40);
  const scripts: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let shards: readonly FakeShard[] = [];
  let said = '';
  let isHeld = false;
  let reply: (words: readonly string[]) => string = () => '+OK\r\n';
  const answer = ([name = '', second = '', ...rest]: readonly string[]): string => {
    switch (`${name} ${name === 'CLUSTER' ? second : ''}`.trim().toUpperCase()) {
      case 'INFO':
        return bulk(INFO + said);
      case 'TIME':
        return `*2\r\n${bulk('1700000000')}${bulk('0')}`;
      case 'CLUSTER SLOTS':
        return slotsReply(shards);
      case 'CLUSTER NODES':
        return bulk(shards.map(nodeLines).join(''));
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
        if (!isHeld) socket.write(answer(cut.words), 'latin1');
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
    get open() {
      return sockets.size;
    },
    scripts,
    knows: (primary, ...replicas) =>
      (shards = primary === undefined ? [] : [{ primary, replicas }]),
    sees: (seen) => (shards = seen),
    says: (...lines) => (said = lines.map((line) => `${line}\r\n`).join('')),
    answer: (next) => (reply = next),
    hold: () => (isHeld = true),
    close: async () => {
      if (!server.listening) return;
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

function slotsReply(shards: readonly FakeShard[]): string {
  const ranges = shards.map(({ primary, replicas = [] }, index) => {
    const [from, next] = [index, index + 1].map((at) =>
      Math.round((at * SLOT_COUNT) / shards.length),
    );
    const nodes = [primary, ...replicas].map(
      ({ port, id }) => `*3\r\n${bulk('127.0.0.1')}:${port}\r\n${bulk(id)}`,
    );
    return `*${2 + nodes.length}\r\n:${from}\r\n:${(next ?? 0) - 1}\r\n${nodes.join('')}`;
  });
  return `*${ranges.length}\r\n${ranges.join('')}`;
}

function nodeLines({ primary, replicas = [], epoch = 1, flags = 'master' }: FakeShard): string {
  const line = ({ id, port }: FakeNode, role: string): string =>
    `${id} 127.0.0.1:${port}@1 ${role} - 0 0 ${epoch} connected\n`;
  return line(primary, flags) + replicas.map((each) => line(each, 'slave')).join('');
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
