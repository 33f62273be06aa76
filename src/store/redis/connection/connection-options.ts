import type { Redis } from 'ioredis';
import type { Capabilities } from '../../capabilities.ts';
import type { StoreObserver } from '../../store-observer.ts';
import type { Greeting } from './greeting.ts';
import type { ReconnectPace } from '../access/reconnect-pace.ts';
import type { WireOwner } from '../wire/wire-owner.ts';
import type { CallSpelling } from './call-spelling.ts';

/** What a connection to Redis is made of. */
export interface ConnectionOptions {
  /** It connects only: what is said on its sockets is ours (see `open-wire.ts`). */
  readonly client: Redis;
  /** The pace of the client's attempts. */
  readonly pace: ReconnectPace;
  readonly greeting: Greeting;
  readonly observer: StoreObserver;
  readonly capabilities: Capabilities;
  /** This process's own clock, only to measure how far the store's clock differs from it. */
  readonly wallClock: () => number;
  /** A later reply is late, even if the event loop was too busy to notice the deadline. */
  readonly replyMaxMs: number;
  /** The connection is closed when replies are outstanding and none is in time for this long. */
  readonly silenceMaxMs: number;
  /** Called at each new connection, before any call can use it. */
  readonly connected?: (() => void) | undefined;
  /** Called when a server was reached that must not be used. */
  readonly refused?: ((fault: unknown) => void) | undefined;
  /** If there are several servers: which one this is, for errors. */
  readonly server?: string | undefined;
  /** A node of a Cluster may redirect calls. */
  readonly redirected?: WireOwner['redirected'];
  /** By default its own. */
  readonly spelling?: CallSpelling | undefined;
}
