import type { Redis } from 'ioredis';
import { StoreUnavailable } from '../../../session/session-store.ts';
import { CallKind } from './observed-call.ts';
import { strangerFault } from '../access/connection-fault.ts';
import type { Heard } from '../access/connection-fault.ts';
import { greet } from './greeting.ts';
import type { Ask, Greeting } from './greeting.ts';
import { ReadCall } from './read-call.ts';
import { adoptSocket } from '../wire/adopt-socket.ts';
import { RedisWire } from '../wire/redis-wire.ts';
import type { RedisWireOptions } from '../wire/wire-owner.ts';
import { respCommand } from '../wire/resp.ts';

export interface OpenWireOptions extends Omit<RedisWireOptions, 'stream'> {
  readonly client: Redis;
  readonly greeting: Greeting;
}

/** Calls of the greeting are not counted: no caller has asked for them. */
const GREETING = new CallKind('read', undefined, {});

/**
 * Takes the socket of a client that has just connected, and greets the server. The wire may be used
 * when this resolves; otherwise it has been closed.
 *
 * @throws {StoreUnavailable} the server must not be used, with the reason
 */
export async function openWire({
  client,
  greeting,
  ...options
}: OpenWireOptions): Promise<RedisWire> {
  const stream = adoptSocket(client);
  const heard: Heard = { bytes: undefined, error: undefined, isEnded: false };
  stream.once('data', (chunk: Buffer) => (heard.bytes = chunk));
  stream.once('error', (error: Error) => (heard.error = error));
  stream.once('end', () => (heard.isEnded = true));
  const wire = new RedisWire({ stream, ...options });
  try {
    await greet(asker(wire, options.replyMaxMs), greeting);
    if (!wire.isOpen) throw new StoreUnavailable('down', 'the connection was lost');
    return wire;
  } catch (fault) {
    wire.end();
    if (!(fault instanceof StoreUnavailable) || fault.fault === 'refused') throw fault;
    throw new StoreUnavailable('down', strangerFault(heard, greeting.scheme));
  }
}

/** Sends the commands of a greeting, each with a reply of its own. */
export function asker(wire: RedisWire, replyMaxMs: number): Ask {
  return async (...words) => {
    if (!wire.isOpen) throw new StoreUnavailable('down', 'the connection was lost');
    const startedAtMs = performance.now();
    const nonce = wire.nonces.next();
    const deadlineAtMs = startedAtMs + replyMaxMs;
    const command = { text: respCommand(words), nonce, startedAtMs, deadlineAtMs };
    return new Promise((resolve, reject) => {
      wire.send(new ReadCall(GREETING, command, { resolve, reject }));
    });
  };
}
