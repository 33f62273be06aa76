import { expect } from 'chai';
import * as fc from 'fast-check';
import type { SessionKey } from '../../src/session/session-key.ts';
import type {
  EndLimits,
  LoginVisit,
  SourceRule,
  TouchRule,
} from '../../src/session/session-store.ts';
import type { Sweeper } from '../../src/store/sweep/sweeper.ts';
import { keyOf, ruleWith, sourceWith } from '../support/store/store-requests.ts';
import type { StoreWorld } from '../support/store/store-world.ts';
import { touched } from '../support/store/touched.ts';
import type { PairedStores, Sides } from './paired-stores.ts';

// Time passes in whole minutes, and every limit lies between two of them, so the milliseconds that a real
// server needs for its answers change nothing. Within one step both stores see the same instant anyway.
export const MINUTE = 60_000;
export const minutes = (count: number): number => count * MINUTE + MINUTE / 2;

export const SESSIONS: readonly string[] = ['web 1', 'web 2', 'api 1', 'api 2'];
const IDLES = [minutes(2), minutes(5), minutes(40), undefined];
const ABSOLUTES = [minutes(10), minutes(60), minutes(600), undefined];

const endLimits = fc.record<EndLimits>({
  policy: fc.constantFrom('payments', 'default'),
  idleTimeoutMs: fc.constantFrom(...IDLES),
  absoluteTimeoutMs: fc.constantFrom(...ABSOLUTES),
});
export const rule: fc.Arbitrary<Partial<TouchRule>> = fc.record<Partial<TouchRule>>({
  idleTimeoutMs: fc.constantFrom(...IDLES),
  absoluteTimeoutMs: fc.constantFrom(...ABSOLUTES),
  policy: fc.constantFrom('payments', 'default'),
  onExpiry: fc.constantFrom('end', 'challenge', 'challenge', 'keep'),
  mode: fc.constantFrom('enforce', 'enforce', 'observe'),
  countsAsActivity: fc.constantFrom(true, true, false),
});
const configuration = fc.record({
  touchIntervalMs: fc.constantFrom(0, minutes(1), minutes(3)),
  retentionMs: fc.constantFrom(minutes(60), minutes(1440)),
  overLimits: fc.array(endLimits, { maxLength: 3 }),
});
const session = fc.constantFrom(...SESSIONS);
/** One step of a sequence. */
export type Step =
  | { readonly do: 'touch'; readonly session: string; readonly rule: Partial<TouchRule> }
  | {
      readonly do: 'open';
      readonly session: string;
      readonly rule: Partial<TouchRule>;
      readonly opening: 'first-use' | 'registered';
      readonly loginMinutesAgo: number | undefined;
    }
  | { readonly do: 'end'; readonly session: string; readonly by: 'revoked' | 'signed_out' }
  | ({ readonly do: 'visit'; readonly session: string } & Pick<
      LoginVisit,
      'endLimits' | 'mayEnd' | 'maySignOut'
    >)
  | { readonly do: 'pass'; readonly minutes: number }
  | { readonly do: 'sweep' }
  | { readonly do: 'configure'; readonly configuration: Partial<SourceRule> };

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('touch' as const), session, rule }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      session,
      rule,
      opening: fc.constantFrom('first-use' as const, 'registered' as const),
      loginMinutesAgo: fc.option(fc.integer({ min: -2, max: 70 }), { nil: undefined }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      session,
      by: fc.constantFrom('revoked' as const, 'signed_out' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('visit' as const),
      session,
      endLimits: fc.array(endLimits, { maxLength: 3 }),
      mayEnd: fc.boolean(),
      maySignOut: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      minutes: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      minutes: fc.integer({ min: 10, max: 3000 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('configure' as const), configuration }) },
);

/** Takes steps of one session each with both stores. */
export class Twins {
  readonly #pair: PairedStores;
  #source = sourceWith();

  constructor(pair: PairedStores) {
    this.#pair = pair;
  }

  get sides(): Sides {
    return this.#pair;
  }

  /** @param sides other views of the same two stores */
  async take(next: Step, sides: Sides = this.sides): Promise<void> {
    switch (next.do) {
      case 'pass':
        return this.#pair.pass(next.minutes * MINUTE);
      case 'configure':
        this.#source = sourceWith(next.configuration);
        return;
      case 'sweep': {
        const sources = new Map(['web', 'api'].map((name) => [name, this.sourceOf(name)]));
        return this.#pair.both(sides, async ({ sweeper }) => sweepAll(sweeper, sources));
      }
      case 'end': {
        const request = { ...this.sessionOf(next.session), by: next.by };
        return this.#pair.both(sides, async ({ store }) => store.end(request));
      }
      case 'visit': {
        const { session: name, endLimits: limitsOfPolicies, mayEnd, maySignOut } = next;
        const visit = { ...this.sessionOf(name), endLimits: limitsOfPolicies, mayEnd, maySignOut };
        return this.#pair.both(sides, async ({ store }) => store.visitLogin(visit));
      }
      case 'touch': {
        const request = { ...this.sessionOf(next.session), rule: ruleWith(next.rule) };
        return this.#pair.both(sides, async ({ store }) => touched(store, request));
      }
      case 'open': {
        const { opening, loginMinutesAgo } = next;
        const request = {
          ...this.sessionOf(next.session),
          rule: ruleWith(next.rule),
          opening,
        } as const;
        const nowMs = await this.#pair.redisNowMs();
        return this.#pair.both(sides, async ({ store }, shiftMs) => {
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
      const reported = async (world: StoreWorld) =>
        (await world.events(keyOf(name))).map(({ kind, by, source, policy }) => ({
          kind,
          by,
          source,
          policy,
        }));
      expect(await reported(this.#pair.redis)).to.deep.equal(await reported(this.#pair.memory));
    }
  }

  /** What the observers of the two stores were told is what the events say. */
  async compareWritten(): Promise<void> {
    for (const world of [this.#pair.redis, this.#pair.memory]) {
      for (const name of SESSIONS) {
        const key = keyOf(name);
        const written = world.journal.written.filter(({ session: each }) => each === key);
        const told = written.map(({ kind, by, source, policy = '' }) => ({
          kind,
          by,
          source,
          policy,
        }));
        expect(told).to.deep.equal(
          (await world.events(key)).map(({ kind, by, source, policy }) => ({
            kind,
            by,
            source,
            policy,
          })),
        );
      }
    }
  }

  /** The source as it is configured now. */
  sourceOf(source: string): SourceRule {
    return { ...this.#source, source };
  }

  /** A session, and its source. */
  sessionOf(name: string): { readonly key: SessionKey; readonly source: SourceRule } {
    return { key: keyOf(name), source: this.sourceOf(name.split(' ')[0] ?? '') };
  }
}

async function sweepAll(sweeper: Sweeper, sources: ReadonlyMap<string, SourceRule>) {
  const ended = { idle: 0, absolute: 0 };
  for (let isMore = true; isMore;) {
    const report = await sweeper.sweep(sources, 100_000);
    ended.idle += report.ended.idle;
    ended.absolute += report.ended.absolute;
    isMore = report.more;
  }
  return ended;
}
