import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/**
 * What happens to the command at which it stumbles: it does not reach the server and all connections
 * break; it is run, its reply is lost, and they break; or from there on nothing gets through, and
 * they stay open.
 */
export type Stumble = 'unsent' | 'unanswered' | 'silent';

/** A way to a real server that breaks at one chosen command. */
export interface StumblingRedis {
  readonly port: number;
  /** Whether the command came at which it was to stumble. */
  readonly hasStumbled: boolean;
  /**
   * It stumbles at this command, counted from 0 and from now, on whichever connection it comes. New
   * connections are refused until {@link heal}, unless it is only a blip.
   */
  stumbleAt(command: number, how: Stumble, lasts: 'blip' | 'until healed'): void;
  heal(): void;
  close(): Promise<void>;
}

interface Plan {
  left: number;
  readonly how: Stumble;
  readonly isBlip: boolean;
}

export async function startStumblingRedis(serverPort: number): Promise<StumblingRedis> {
  let plan: Plan | undefined;
  let isBroken = false;
  let hasStumbled = false;
  let isSilent = false;
  const sockets = new Set<Socket>();
  const stumble = (): void => {
    hasStumbled = true;
    isBroken = plan?.isBlip === false;
    plan = undefined;
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const server = createServer({ noDelay: true }, (client) => {
    if (isBroken) return void client.resetAndDestroy();
    const upstream = connect({ port: serverPort, host: '127.0.0.1', noDelay: true });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    const commands = new CommandSplitter();
    let isLastReplyLost = false;
    client.on('data', (chunk) => {
      if (isSilent) return;
      for (const command of commands.split(chunk)) {
        const isStumbling = plan !== undefined && plan.left === 0;
        if (plan !== undefined) plan.left -= 1;
        if (!isStumbling) upstream.write(command);
        else if (plan?.how === 'silent') {
          [isSilent, hasStumbled] = [true, true];
          return;
        } else if (plan?.how === 'unsent') {
          stumble();
          return;
        } else {
          isLastReplyLost = true;
          upstream.write(command);
        }
      }
    });
    upstream.on('data', (chunk) => {
      if (isLastReplyLost) stumble();
      else if (!isSilent) client.write(chunk);
    });
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get hasStumbled() {
      return hasStumbled;
    },
    stumbleAt: (command, how, lasts) => {
      hasStumbled = false;
      plan = { left: command, how, isBlip: lasts === 'blip' };
    },
    heal: () => {
      plan = undefined;
      isBroken = false;
      if (isSilent) for (const socket of sockets) socket.destroy();
      isSilent = false;
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** Cuts what a client sends into commands, each whole. */
class CommandSplitter {
  #rest = Buffer.alloc(0);

  split(chunk: Buffer): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const commands: Buffer[] = [];
    for (let end = endOfCommand(this.#rest); end !== undefined; end = endOfCommand(this.#rest)) {
      commands.push(this.#rest.subarray(0, end));
      this.#rest = this.#rest.subarray(end);
    }
    return commands;
  }
}

/** Where the first command ends; `undefined` if it is not whole. */
function endOfCommand(bytes: Buffer): number | undefined {
  const head = numberAt(bytes, 0);
  if (head === undefined) return undefined;
  let at = head.next;
  for (let left = head.number; left > 0; left -= 1) {
    const length = numberAt(bytes, at);
    if (length === undefined) return undefined;
    at = length.next + length.number + 2;
  }
  return at <= bytes.length ? at : undefined;
}

/** The number after `*` or `$`, and where its line ends. */
function numberAt(bytes: Buffer, at: number): { number: number; next: number } | undefined {
  const end = bytes.indexOf('\r\n', at);
  if (end < 0) return undefined;
  return { number: Number(bytes.toString('latin1', at + 1, end)), next: end + 2 };
}
