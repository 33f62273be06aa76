import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import type { ConnectionFault } from '../../../src/http2/frames/connection-fault.ts';
import type { Http2Limits } from '../../../src/http2/http2-limits.ts';
import type { UnaryMethod } from '../../../src/http2/streams/unary-call.ts';
import { UnaryServer } from '../../../src/http2/unary-server.ts';
import {
  listenForSockets,
  type SocketListener,
} from '../../../src/transport/fast/fast-listener.ts';
import { eventually } from '../time/eventually.ts';
import { EchoMethods, NOW_PATH } from './echo-methods.ts';
import { messagesOf, Peer } from './peer.ts';

const CALL_MAX_MS = 20_000;

/**
 * A server on a port of 127.0.0.1 whose clock the test moves, and a well-behaved client that must
 * be served all the time.
 */
export class ListeningServer {
  readonly echo: EchoMethods;
  readonly server: UnaryServer;
  readonly port: number;
  /** The violations that have ended connections. */
  readonly faults: readonly ConnectionFault[];
  nowMs = 1_000;
  readonly #listener: SocketListener;
  readonly #sockets: Socket[] = [];
  #witness: Peer | undefined;
  #calls = 0;

  private constructor(parts: {
    readonly echo: EchoMethods;
    readonly listener: SocketListener;
    readonly server: UnaryServer;
    readonly faults: readonly ConnectionFault[];
  }) {
    this.echo = parts.echo;
    this.server = parts.server;
    this.faults = parts.faults;
    this.#listener = parts.listener;
    this.port = parts.listener.port ?? 0;
  }

  static async start(
    limits: Partial<Http2Limits> = {},
    more: readonly UnaryMethod[] = [],
  ): Promise<ListeningServer> {
    const echo = new EchoMethods();
    const clock = { nowMs: (): number => 0 };
    const faults: ConnectionFault[] = [];
    const server = new UnaryServer({
      methods: [...echo.methods, ...more],
      limits,
      nowMs: () => clock.nowMs(),
      observer: { connectionFaulted: (fault) => void faults.push(fault) },
    });
    const serve = (socket: Socket): void => {
      server.serve(socket);
    };
    const address = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
    const listener = await listenForSockets(address, undefined, serve, () => {});
    const started = new ListeningServer({ echo, listener, server, faults });
    clock.nowMs = () => started.nowMs;
    return started;
  }

  /** A connection that has sent nothing yet. */
  async connect(): Promise<{ peer: Peer; socket: Socket }> {
    const socket = connect({
      port: this.port,
      host: '127.0.0.1',
      noDelay: true,
      allowHalfOpen: true,
    });
    this.#sockets.push(socket);
    await once(socket, 'connect');
    return { peer: Peer.over(socket), socket };
  }

  /** A connection after its handshake. */
  async begun(...pairs: readonly (readonly [number, number])[]): Promise<Peer> {
    const { peer } = await this.connect();
    peer.begin(...pairs);
    const isAlive = peer.ping();
    await peer.until('the handshake', isAlive);
    return peer;
  }

  /** Moves the clock, and lets the server check its time limits. */
  pass(ms: number): void {
    this.nowMs += ms;
    this.server.look();
  }

  /** Expects that another client, on its own connection, is answered. */
  async expectOthersServed(): Promise<void> {
    this.#witness ??= await this.begun();
    this.#calls += 1;
    const streamId = 2 * this.#calls - 1;
    this.#witness.call(streamId, NOW_PATH, 'witness');
    await this.#witness.until(
      'an answer to the witness',
      () => this.#witness?.reply(streamId)?.isEnded === true,
      CALL_MAX_MS,
    );
    expect(messagesOf(this.#witness.reply(streamId))[0]).to.match(/^\d+:witness$/);
  }

  /** Ends everything, and checks that nothing is left. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.destroy();
    await this.#listener.close();
    await eventually('the end of all connections', () => this.server.connectionCount === 0);
    expect(this.echo.open).to.deep.equal([]);
  }
}
