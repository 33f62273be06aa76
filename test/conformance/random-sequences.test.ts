import { expect } from 'chai';
import * as fc from 'fast-check';
import type { SessionStore, SourceRule, TouchRule } from '../../src/session/session-store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { redisServerOrSkip } from '../support/provision.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { keyOf, ruleWith, sourceWith } from '../support/store-requests.ts';
import { openMemoryWorld, openRedisWorld, startGuardedRedis } from '../support/store-world.ts';
import type { RedisWorld, StoreWorld } from '../support/store-world.ts';
import { touched } from '../support/touched.ts';

// Time passes in whole minutes, and every limit lies between two of them: the milliseconds that a real server needs
// for its answers decide nothing. Within one step both stores see the same instant anyway.
const MINUTE = 60_000;
const minutes = (count: number) => count * MINUTE + MINUTE / 2;

const SESSIONS = ['web 1', 'web 2', 'api 1', 'api 2'] as const;
const IDLES = [minutes(2), minutes(5), minutes(40), undefined];
const ABSOLUTES = [minutes(10), minutes(60), minutes(600), undefined];

const limits = fc.record({
  idleTimeoutMs: fc.constantFrom(...IDLES),
  absoluteTimeoutMs: fc.constantFrom(...ABSOLUTES),
});
const rule = fc.record<Partial<TouchRule>>({
  idleTimeoutMs: fc.constantFrom(...IDLES),
  absoluteTimeoutMs: fc.constantFrom(...ABSOLUTES),
  policy: fc.constantFrom('payments', 'default'),
  onExpiry: fc.constantFrom('end', 'keep'),
  mode: fc.constantFrom('enforce', 'enforce', 'observe'),
  countsAsActivity: fc.constantFrom(true, true, false),
});
const configuration = fc.record({
  touchIntervalMs: fc.constantFrom(0, minutes(1), minutes(3)),
  retentionMs: fc.constantFrom(minutes(60), minutes(1440)),
  overLimits: fc.array(limits, { maxLength: 3 }),
});
const session = fc.constantFrom(...SESSIONS);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('touch'), session, rule }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('open'),
      session,
      rule,
      opening: fc.constantFrom('first-use', 'registered'),
      loginMinutesAgo: fc.option(fc.integer({ min: -2, max: 70 }), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end'), session }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass'), minutes: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('pass'), minutes: fc.integer({ min: 10, max: 3000 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sweep') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('configure'), configuration }) },
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** The Redis store, and the memory store whose clock follows it. */
class Twins {
  readonly #redis: RedisWorld;
  readonly #memory: StoreWorld;
  readonly #clock = new ManualClock();
  /** How far time has been passed by hand: Redis's records went back by it, the manual clock forward. */
  #passedMs = 0;
  #source = sourceWith();

  constructor(redis: RedisWorld) {
    this.#redis = redis;
    this.#memory = openMemoryWorld(this.#clock);
  }

  async take(next: Step): Promise<void> {
    switch (next.do) {
      case 'pass':
        this.#passedMs += next.minutes * MINUTE;
        return this.#redis.passTime(next.minutes * MINUTE);
      case 'configure':
        this.#source = sourceWith(next.configuration);
        return;
      case 'sweep': {
        const sources = new Map(['web', 'api'].map((name) => [name, this.#sourceOf(name)]));
        return this.#both(async (store) => sweepAll(store, sources));
      }
      case 'end': {
        const request = { ...this.#sessionOf(next.session), by: 'revoked' } as const;
        return this.#both(async (store) => store.end(request));
      }
      case 'touch': {
        const request = { ...this.#sessionOf(next.session), rule: ruleWith(next.rule) };
        return this.#both(async (store) => touched(store, request));
      }
      case 'open': {
        const { opening, loginMinutesAgo } = next;
        const request = {
          ...this.#sessionOf(next.session),
          rule: ruleWith(next.rule),
          opening,
        } as const;
        const nowMs = await this.#redisNowMs();
        return this.#both(async (store, shiftMs) => {
          const loginAtMs =
            loginMinutesAgo === undefined ? undefined : nowMs - minutes(loginMinutesAgo);
          return store.open({
            ...request,
            startedAtMs: loginAtMs === undefined ? undefined : loginAtMs + shiftMs,
          });
        });
      }
      default:
        return next satisfies never;
    }
  }

  async compareEvents(): Promise<void> {
    for (const name of SESSIONS) {
      const told = async (world: StoreWorld) =>
        (await world.events(keyOf(name))).map(({ kind, by, source, policy }) => ({
          kind,
          by,
          source,
          policy,
        }));
      expect(await told(this.#redis)).to.deep.equal(await told(this.#memory));
    }
  }

  // Redis first: the instant that it saw is then the memory store's as well.
  async #both(ask: (store: SessionStore, shiftMs: number) => Promise<object>): Promise<void> {
    const found = shifted(await ask(this.#redis.store, 0), this.#passedMs);
    const seenAtMs = 'nowMs' in found ? found.nowMs : (await this.#redisNowMs()) + this.#passedMs;
    const clocksAtMs = 'clocks' in found ? (found.clocks as { nowMs: number }).nowMs : seenAtMs;
    const endedAtMs =
      'kind' in found && found.kind === 'ended' && !('nowMs' in found) && 'endedAtMs' in found;
    this.#clock.set((endedAtMs ? found.endedAtMs : clocksAtMs) as number);
    expect(found).to.deep.equal(await ask(this.#memory.store, this.#passedMs));
  }

  async #redisNowMs(): Promise<number> {
    const [seconds, micros] = await this.#redis.admin.time();
    return Math.floor(Number(seconds) * 1000 + Number(micros) / 1000);
  }

  #sourceOf(source: string): SourceRule {
    return { ...this.#source, source };
  }

  #sessionOf(name: string) {
    return { key: keyOf(name), source: this.#sourceOf(name.split(' ')[0] ?? '') };
  }
}

/** Every instant later by as much. */
function shifted(outcome: object, ms: number): object {
  return Object.fromEntries(
    Object.entries(outcome).map(([name, value]: [string, unknown]) => {
      if (typeof value === 'number' && /(^now|At)Ms$/.test(name)) return [name, value + ms];
      if (name === 'clocks') return [name, shifted(value as object, ms)];
      return [name, value];
    }),
  );
}

async function sweepAll(store: SessionStore, sources: ReadonlyMap<string, SourceRule>) {
  const ended = { idle: 0, absolute: 0 };
  for (let isMore = true; isMore;) {
    const report = await store.sweep(sources, 100_000);
    ended.idle += report.ended.idle;
    ended.absolute += report.ended.absolute;
    isMore = report.more;
  }
  return ended;
}

describe('random sequences', () => {
  let server: RedisServer | undefined;
  let redis: RedisWorld;

  before(async function () {
    await redisServerOrSkip(this);
    server = await startGuardedRedis();
    redis = await openRedisWorld(server);
  });
  after(async () => {
    await redis.close();
    await server?.stop();
  });

  it('give the same answers and events from the scripts in Redis and from the pure rule', async function () {
    this.timeout(120_000);
    const numRuns = Number(process.env['SEQUENCES'] ?? 60);
    // fast-check prints the seed of a failure, and the shortest sequence that fails.
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 50 }), async (steps) => {
        await redis.admin.flushall();
        const twins = new Twins(redis);
        for (const next of steps) await twins.take(next);
        await twins.compareEvents();
      }),
      { numRuns },
    );
  });
});
