import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A server that speaks like a Sentinel, and says whatever the test wants. */
export interface SentinelImpostor {
  readonly port: number;
  /** Passwords that it was given. */
  readonly logins: readonly string[];
  /** How often it was asked for the primary. */
  readonly asked: number;
  /** Ends all connections. */
  hangUp(): void;
  /** Says on every connection that another server is the primary. */
  announce(message: string): void;
  close(): Promise<void>;
}

/** What it answers, in RESP; `undefined`: nothing. */
export interface ImpostorAnswers {
  readonly address: string | undefined;
  readonly epoch?: number;
}

/** The reply that names this host and port. */
export function addressReply(host: string, port: number | string): string {
  return `*2\r\n${bulk(host)}${bulk(`${port}`)}`;
}

/** Starts one; its answers can be replaced while it runs. */
export async function startSentinelImpostor(
  answers: () => ImpostorAnswers,
): Promise<SentinelImpostor> {
  const sockets = new Set<Socket>();
  const logins: string[] = [];
  let asked = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined); // resets are expected
    socket.on('data', (data) => {
      for (const words of commandsIn(data.toString())) socket.write(answer(words) ?? '');
    });
  });
  const answer = ([name, kind = '', ...more]: readonly string[]): string | undefined => {
    const { address, epoch = 1 } = answers();
    if (address === undefined) return undefined;
    if (name === 'AUTH') {
      logins.push([kind, ...more].join(' '));
      return '+OK\r\n';
    }
    if (name === 'PING') return `*2\r\n${bulk('pong')}${bulk('')}`;
    if (name === 'SUBSCRIBE') return `*3\r\n${bulk('subscribe')}${bulk(kind)}:1\r\n`;
    if (kind !== 'MASTER') {
      asked += 1;
      return address;
    }
    return `*4\r\n${bulk('name')}${bulk('curfew')}${bulk('config-epoch')}${bulk(`${epoch}`)}`;
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    logins,
    get asked() {
      return asked;
    },
    hangUp: () => {
      for (const socket of sockets) socket.destroy();
    },
    announce: (message) => {
      const push = `*3\r\n${bulk('message')}${bulk('+switch-master')}${bulk(message)}`;
      for (const socket of sockets) socket.write(push);
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

// Curfew sends whole commands in one write.
function commandsIn(text: string): string[][] {
  return text
    .split(/^\*\d+\r\n/m)
    .slice(1)
    .map((command) => command.split('\r\n').filter((_, index) => index % 2 === 1));
}
