import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** Where the id of the sender stands in each message of the Cluster bus, in bytes. */
const SENDER = { from: 40, to: 80 } as const;

/** One link of the bus: the node that opened it sends, and the other one answers. */
interface Link {
  readonly sockets: readonly [Socket, Socket];
  /** The id of the node that opened it, which only its first message says. */
  sender: string | undefined;
}

/** The way of all other nodes to one node of a Cluster. */
export interface BusProxy {
  /** The port that the node announces. */
  readonly port: number;
  /** Links to the node lead to this port of 127.0.0.1. */
  leadTo(busPort: number): void;
  /** Which links deliver nothing, by the id of the node that opened them; they are not closed. */
  hold(isHeld: (sender: string) => boolean): void;
  close(): Promise<void>;
}

/** Opens the proxy, before the node is started: the node has to know the port. */
export async function startBusProxy(): Promise<BusProxy> {
  const links = new Set<Link>();
  let target = 0;
  let isHeld: (sender: string) => boolean = () => false;
  const settle = ({ sender, sockets }: Link): void => {
    const isStopped = sender !== undefined && isHeld(sender);
    for (const socket of sockets) isStopped ? socket.pause() : socket.resume();
  };
  const server = createServer({ noDelay: true }, (opener) => {
    const node = connect({ port: target, host: '127.0.0.1', noDelay: true });
    const link: Link = { sockets: [opener, node], sender: undefined };
    links.add(link);
    for (const socket of link.sockets) {
      socket.on('error', () => undefined); // a node that is killed resets its links
      socket.on('close', () => {
        links.delete(link);
        for (const each of link.sockets) each.destroy();
      });
    }
    let first = Buffer.alloc(0);
    const read = (data: Buffer): void => {
      first = Buffer.concat([first, data]);
      if (first.length < SENDER.to) return;
      opener.off('data', read);
      link.sender = first.toString('latin1', SENDER.from, SENDER.to);
      node.write(first);
      opener.on('data', (more) => node.write(more));
      node.on('data', (more) => opener.write(more));
      settle(link);
    };
    opener.on('data', read);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    leadTo: (busPort) => (target = busPort),
    hold: (held) => {
      isHeld = held;
      for (const link of links) settle(link);
    },
    close: async () => {
      server.close();
      for (const { sockets } of links) for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
