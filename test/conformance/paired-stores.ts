import { expect } from 'chai';
import { ManualClock } from '../support/time/manual-clock.ts';
import { openMemoryWorld } from '../support/store/store-world.ts';
import type { ServerWorld, StoreWorld } from '../support/store/store-world.ts';

/** The two stores that take a step. */
export interface Sides<Parts extends keyof StoreWorld = 'store' | 'sweeper'> {
  readonly redis: Pick<StoreWorld, Parts>;
  readonly memory: Pick<StoreWorld, Parts>;
}

/** The Redis store, and the memory store whose clock follows it. */
export class PairedStores {
  readonly redis: ServerWorld;
  readonly memory: StoreWorld;
  readonly #clock = new ManualClock();
  /** How much time has passed: Redis's records went back by it, the manual clock went forward. */
  #passedMs = 0;

  constructor(redis: ServerWorld) {
    this.redis = redis;
    this.memory = openMemoryWorld(this.#clock);
  }

  async pass(ms: number): Promise<void> {
    this.#passedMs += ms;
    await this.redis.passTime(ms);
  }

  /**
   * Asks Redis first: the memory store's clock is then set to the instant that Redis saw. Both have
   * to answer the same.
   *
   * @param ask gets a side, and by how much its instants are later than Redis's
   * @param seenAt the instant that Redis saw, if the answer does not tell it
   */
  async both<Parts extends keyof StoreWorld>(
    { redis, memory }: Sides<Parts>,
    ask: (world: Pick<StoreWorld, Parts>, shiftMs: number) => Promise<unknown>,
    seenAt: (found: unknown) => Promise<number | undefined> = async () => undefined,
  ): Promise<void> {
    const answer = await ask(redis, 0);
    const told = await seenAt(answer);
    const found = later(answer, this.#passedMs) as Answer;
    const seenAtMs = told === undefined ? instantOf(found) : told + this.#passedMs;
    this.#clock.set(seenAtMs ?? (await this.redisNowMs()) + this.#passedMs);
    expect(found).to.deep.equal(await ask(memory, this.#passedMs));
  }

  async redisNowMs(): Promise<number> {
    return this.redis.nowMs();
  }
}

interface Answer {
  readonly kind?: string;
  readonly by?: string;
  readonly nowMs?: number;
  readonly clocks?: { readonly nowMs: number };
  readonly endedAtMs?: number;
  readonly byThisVisit?: boolean;
}

const ON_REQUEST = ['revoked', 'signed_out', 'subject_locked', 'session_limit'];

/** The store's clock, if the answer has it: as such, or as the instant of an end on request. */
function instantOf(found: Answer | undefined): number | undefined {
  if (found === undefined) return undefined;
  const { kind, nowMs, clocks, endedAtMs, byThisVisit = true, by = 'revoked' } = found;
  const isNow = kind === 'ended' && nowMs === undefined && byThisVisit && ON_REQUEST.includes(by);
  return isNow ? endedAtMs : (clocks?.nowMs ?? nowMs);
}

/** The same answer with every instant in it later by `ms`. */
function later(value: unknown, ms: number): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => later(each, ms));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]: [string, unknown]) => {
      const isInstant = typeof part === 'number' && /(?:^now|At|Before|ntil)Ms$/.test(name);
      return [name, isInstant ? part + ms : later(part, ms)];
    }),
  );
}
