import { expect } from 'chai';
import * as fc from 'fast-check';
import type { SessionKey } from '../../../src/session/session-key.ts';
import type { TouchRequest, TouchRule } from '../../../src/session/session-store.ts';
import type { TouchOutcome } from '../../../src/session/touch-outcome.ts';
import { heldStore } from '../../support/store/held-store.ts';
import { leasedReplica } from '../../support/store/leased-replica.ts';
import { keyOf, ruleWith, sourceWith, visitOf } from '../../support/store/store-requests.ts';
import { openMemoryWorld } from '../../support/store/store-world.ts';
import { ManualClock } from '../../support/time/manual-clock.ts';

const STALENESS_MS = 1_000;
const SOURCE = sourceWith({ touchIntervalMs: 700 });
const NAMES = ['a', 'b'] as const;
const RULES: readonly TouchRule[] = [
  ruleWith({ maxStalenessMs: STALENESS_MS, idleTimeoutMs: 3_000, absoluteTimeoutMs: 20_000 }),
  ruleWith({
    maxStalenessMs: STALENESS_MS,
    idleTimeoutMs: 900,
    onExpiry: 'challenge',
    policy: 'strict',
  }),
  ruleWith({ maxStalenessMs: STALENESS_MS, idleTimeoutMs: 3_000, countsAsActivity: false }),
  ruleWith({ maxStalenessMs: 300, mode: 'observe', idleTimeoutMs: 500 }),
  ruleWith({ maxStalenessMs: 0, idleTimeoutMs: 2_000 }),
];

const name = fc.constantFrom(...NAMES);
const replica = fc.constantFrom(0, 1);
const step = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constant('touch' as const),
      replica,
      name,
      rule: fc.constantFrom(...RULES),
      isHeld: fc.constantFrom(false, true),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.integer({ min: 1, max: 400 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constant(2_500) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('open' as const), replica, name }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('end' as const), replica, name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('visit' as const), replica, name }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('reply' as const), replica }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('hear' as const),
      replica,
      how: fc.constantFrom('deliver' as const, 'lose' as const, 'repeat' as const, 'last' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reload' as const), replica }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** What a touch was told by a lease, or by the store, with what was true. */
interface Judged {
  readonly key: SessionKey;
  readonly request: TouchRequest;
  readonly found: TouchOutcome;
  /** What the store would have said at that moment, without writing it. */
  readonly truth: TouchOutcome;
  readonly atMs: number;
  /**
   * When the oldest change was made since the lease was asked for of which this replica has not
   * heard; `Infinity` if it has heard of all.
   */
  readonly unheardSinceMs: number;
}

/** A session was ended or marked. */
interface Change {
  readonly key: SessionKey;
  readonly atMs: number;
}

/** Two replicas over one store. Replies are held, and messages too. */
class History {
  readonly #clock = new ManualClock();
  readonly #truth = openMemoryWorld(this.#clock).store;
  readonly #behind = [heldStore(this.#truth), heldStore(this.#truth)] as const;
  readonly #replicas = [leasedReplica(this.#behind[0]), leasedReplica(this.#behind[1])] as const;
  readonly #messages: Change[][] = [[], []];
  /** For each replica: the changes of which it has not heard. */
  readonly #unheard = [new Set<Change>(), new Set<Change>()] as const;
  /** Each opening is a new login. */
  readonly #logins = new Map<string, number>();
  readonly judged: Judged[] = [];

  async take(next: Step): Promise<void> {
    switch (next.do) {
      case 'pass':
        this.#clock.advance(next.ms);
        for (const { pass } of this.#replicas) pass(next.ms);
        return;
      case 'open':
        this.#logins.set(next.name, (this.#logins.get(next.name) ?? 0) + 1);
        await this.#replicas[next.replica]?.store.open({
          ...this.#request(next.name, RULES[0] ?? ruleWith()),
          opening: 'first-use',
          startedAtMs: undefined,
        });
        return;
      case 'end': {
        const request = { key: this.#keyOf(next.name), source: SOURCE, by: 'revoked' } as const;
        await this.#replicas[next.replica]?.store.end({ ...request, unknown: 'leave' });
        this.#tell({ key: request.key, atMs: this.#clock.now() }, next.replica);
        return;
      }
      case 'visit':
        await this.#replicas[next.replica]?.store.visitLogin(
          visitOf('', { key: this.#keyOf(next.name), mayEnd: true, maySignOut: true }),
        );
        this.#tell({ key: this.#keyOf(next.name), atMs: this.#clock.now() }, next.replica);
        return;
      case 'touch':
        this.#touch(next, this.#request(next.name, next.rule));
        return;
      case 'reply':
        this.#behind[next.replica]?.deliver();
        return;
      case 'hear':
        this.#hear(next.replica, next.how);
        return;
      case 'reload':
        this.#replicas[next.replica]?.keeper.dropAll('policies');
        return;
      default:
        return next satisfies never;
    }
  }

  /** Of all answers that came from leases: those that are not what the store would have said. */
  wrong(): readonly Judged[] {
    return this.judged.filter(({ request, found, truth, atMs, unheardSinceMs }) => {
      if (isTouchDue(found, request)) return true;
      if (agree(found, truth)) return false;
      const unheardMs = atMs - unheardSinceMs;
      return !(unheardMs >= 0 && unheardMs < request.rule.maxStalenessMs);
    });
  }

  #touch(
    { replica: index, isHeld }: { readonly replica: number; readonly isHeld: boolean },
    request: TouchRequest,
  ): void {
    const behind = this.#behind[index] ?? this.#behind[0];
    const { asked } = behind;
    behind.isHeld = isHeld;
    const truth = this.#rehearse(request);
    const atMs = this.#clock.now();
    const { mode, onExpiry } = request.rule;
    const ends = truth.kind === 'expired' && mode === 'enforce' && onExpiry !== 'keep';
    const change = { key: request.key, atMs };
    let isDone = false;
    this.#replicas[index]?.store.touch(request, Infinity, {
      touched: (found) => {
        this.#unheard[index]?.delete(change);
        if (isDone || behind.asked !== asked) return;
        const unheardSinceMs = this.#unheardSinceMs(index, request.key);
        this.judged.push({ key: request.key, request, found, truth, atMs, unheardSinceMs });
      },
      failed: (fault) => {
        throw fault;
      },
    });
    isDone = true;
    // The store has run it at once, and tells everybody. This replica knows when the reply comes.
    if (behind.asked !== asked && ends) this.#tell(change, isHeld ? undefined : index);
  }

  // The rule without its effects: what an end or a mark would say, and no activity.
  #rehearse(request: TouchRequest): TouchOutcome {
    let seen: TouchOutcome | undefined;
    const rule = { ...request.rule, onExpiry: 'keep', mode: 'enforce', countsAsActivity: false };
    this.#truth.touch({ ...request, rule: rule as TouchRule }, Infinity, {
      touched: (outcome) => (seen = outcome),
      failed: (fault) => {
        throw fault;
      },
    });
    if (seen === undefined) throw new Error('the store in memory did not answer at once');
    return seen;
  }

  /** @param knownBy the replica that knows of it already */
  #tell(change: Change, knownBy: number | undefined): void {
    for (const [index, unheard] of this.#unheard.entries()) {
      if (index !== knownBy) unheard.add(change);
      this.#messages[index]?.push(change);
    }
  }

  #hear(index: number, how: 'deliver' | 'lose' | 'repeat' | 'last'): void {
    const messages = this.#messages[index] ?? [];
    const message = how === 'last' ? messages.pop() : messages.shift();
    if (message === undefined || how === 'lose') return;
    this.#unheard[index]?.delete(message);
    this.#replicas[index]?.keeper.drop(message.key, 'heard');
    if (how === 'repeat') messages.push(message);
  }

  #unheardSinceMs(index: number, key: SessionKey): number {
    const ageMs = Number(this.#replicas[index]?.told.at(-1)?.replace('used ', ''));
    const askedAtMs = this.#clock.now() - ageMs;
    const unheard = [...(this.#unheard[index] ?? [])].filter(
      (change) => change.key === key && change.atMs >= askedAtMs,
    );
    return Math.min(...unheard.map(({ atMs }) => atMs));
  }

  #keyOf(session: string): SessionKey {
    return keyOf(`${session} ${this.#logins.get(session) ?? 0}`);
  }

  #request(session: string, rule: TouchRule): TouchRequest {
    return { key: this.#keyOf(session), rule, source: SOURCE };
  }
}

/**
 * Another replica may have written an activity since. The lease knows an earlier one, so a limit is
 * noticed early: then the store is asked.
 */
function agree(found: TouchOutcome, truth: TouchOutcome): boolean {
  if (found.kind !== 'live' || truth.kind !== 'live') return false;
  const { clocks } = truth;
  return (
    found.clocks.startedAtMs === clocks.startedAtMs &&
    found.clocks.nowMs === clocks.nowMs &&
    found.clocks.lastActivityAtMs <= clocks.lastActivityAtMs &&
    found.clocks.longestGapMs <= clocks.longestGapMs
  );
}

/** Activity that would have had to be written. */
function isTouchDue(found: TouchOutcome, { rule, source }: TouchRequest): boolean {
  if (found.kind !== 'live' || !rule.countsAsActivity) return false;
  return found.clocks.nowMs - found.clocks.lastActivityAtMs >= source.touchIntervalMs;
}

describe('random histories of two replicas with leases', () => {
  it('give only answers that the store would give, but for ends of the last moments', async function () {
    this.timeout(60_000);
    let answers = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }),
        async (steps) => {
          const history = new History();
          for (const each of NAMES) await history.take({ do: 'open', replica: 0, name: each }); // oxlint-disable-line no-await-in-loop
          for (const next of steps) await history.take(next); // oxlint-disable-line no-await-in-loop
          answers += history.judged.length;
          expect(history.wrong()).to.deep.equal([]);
        },
      ),
      { numRuns: Number(process.env['SEQUENCES'] ?? 60) * 60 },
    );
    expect(answers).to.be.greaterThan(1_000);
  });
});
