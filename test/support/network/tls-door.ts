import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A plain port that forwards its connections by TLS, so that every test client can use an HTTPS listener. */
export interface TlsDoor {
  readonly port: number;
  close(): Promise<void>;
}

export interface TlsDoorOptions {
  /** Where the HTTPS listener is, on 127.0.0.1. */
  readonly port: number;
  readonly serverName: string;
  /** The authority of the listener's certificate, in PEM. */
  readonly ca: string;
  /** The protocol inside: `h2`, or `http/1.1` by default. */
  readonly protocol?: 'h2' | 'http/1.1';
}

/** Opens such a port on 127.0.0.1. A connection that TLS refuses is closed. */
export async function openTlsDoor(options: TlsDoorOptions): Promise<TlsDoor> {
  const { port, serverName, ca, protocol = 'http/1.1' } = options;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const listener = connectTls({
      socket: connect({ port, host: '127.0.0.1' }),
      servername: serverName,
      ca,
      ALPNProtocols: [protocol],
    });
    for (const [end, other] of [
      [client, listener],
      [listener, client],
    ] as const) {
      open.add(end);
      end.on('error', () => other.destroy());
      end.on('close', () => {
        open.delete(end);
        other.destroy();
      });
      end.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
