import { once } from 'node:events';
import { addAbortSignal } from 'node:stream';
import type { HostAndPort } from '../../store-hosts.ts';
import { openSocket } from '../access/open-socket.ts';
import type { RedisSecrets } from '../access/redis-secrets.ts';
import { RedisWire } from '../wire/redis-wire.ts';
import type { WireOwner } from '../wire/wire-owner.ts';
import { greet } from './greeting.ts';
import type { Greeting } from './greeting.ts';
import { asker } from './open-wire.ts';

export interface TriedServer {
  readonly address: HostAndPort;
  readonly secrets: RedisSecrets;
  readonly greeting: Greeting;
}

/** For the connection and the greeting together. */
const TRIAL_MAX_MS = 500;
const UNOWNED: WireOwner = {
  answered: () => undefined,
  desynced: () => undefined,
  notPrimary: () => undefined,
};

/** Whether a server could be used: connects, greets it, and ends the connection again. */
export async function tryServer(
  { address, secrets, greeting }: TriedServer,
  stop: AbortSignal,
): Promise<boolean> {
  const { isEncrypted } = greeting.scheme;
  const signal = AbortSignal.any([stop, AbortSignal.timeout(TRIAL_MAX_MS)]);
  const stream = addAbortSignal(signal, openSocket(address, isEncrypted, secrets.secureContext));
  try {
    await once(stream, isEncrypted ? 'secureConnect' : 'connect');
    const limits = { replyMaxMs: TRIAL_MAX_MS, silenceMaxMs: TRIAL_MAX_MS };
    const wire = new RedisWire({ stream, owner: UNOWNED, ...limits });
    await greet(asker(wire, TRIAL_MAX_MS), greeting);
    return true;
  } catch {
    return false;
  } finally {
    stream.destroy();
  }
}
