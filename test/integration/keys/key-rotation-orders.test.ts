import { expect } from 'chai';
import * as fc from 'fast-check';
import { KeyRing } from '../../../src/keys/key-ring.ts';
import { createSessionNames } from '../../../src/keys/session-names.ts';
import type { CheckHandler } from '../../../src/authz/check-call.ts';
import { createCheckHandler } from '../../../src/authz/check-handler.ts';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import type { PolicySet } from '../../../src/policy/selection/policy-set.ts';
import { compareReplicas } from '../../../src/store/compare-replicas.ts';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { partitionOf } from '../../../src/store/redis/store-keys.ts';
import { askHandler } from '../../support/decision/ask-handler.ts';
import { factsOf } from '../../support/requests/judged-request.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { sourceWith } from '../../support/store/store-requests.ts';
import { openRedisWorld, startGuardedRedis } from '../../support/store/store-world.ts';
import type { RedisWorld } from '../../support/store/store-world.ts';

const POLICY = `version: 1
openings: { per_second: 100000, burst: 100000 }
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;
const SECRETS = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
const [A, B, C] = SECRETS as [Uint8Array, Uint8Array, Uint8Array];
/** Key files of a rotation: in the right order, in a wrong one, too early, undone. */
const FILES = [[A], [A, B], [B, A], [B], [A, B, C], [C, B, A], [C, A, B]] as const;
const CREDENTIALS = ['one', 'two', 'three'] as const;
const REPLICAS = 3;
/** A busy machine must not look like a store that is down. */
const PATIENCE = { commandTimeoutMs: 5_000 };

/** A replica without a process: its keys, its checks and what it settles with the others. */
class Replica {
  readonly #name: string;
  readonly #opened: OpenedStore;
  readonly #ring: KeyRing;
  readonly #check: CheckHandler;

  constructor(name: string, file: readonly Uint8Array[], opened: OpenedStore, policies: PolicySet) {
    this.#name = name;
    this.#opened = opened;
    this.#ring = new KeyRing(file, 0, () => 0);
    this.#check = createCheckHandler({
      policies: () => policies,
      namesOf: (source, credential) => this.#ring.namesOf(source, credential),
      subjectNamesOf: (subject) => this.#ring.subjectNamesOf(subject),
      whyKeysIncomplete: () => this.#ring.whyIncomplete(),
      hash: (text) => text,
      tokens: { verify: () => ({ kind: 'invalid', cause: 'unknown_key' }) },
      store: opened.store,
      directory: opened.directory,
      areSubjectsNoted: () => true,
      observer: { checked: () => undefined },
      clock: { monotonicMs: () => performance.now(), wallMs: Date.now },
      inFlightMax: 512,
      decisionBudgetMs: 10_000,
    });
  }

  load(file: readonly Uint8Array[]): void {
    this.#ring.replace(file);
  }

  /** @returns whether this replica has every key that was used for writing */
  async settle(): Promise<boolean> {
    const own = {
      replica: this.#name,
      fingerprints: this.#ring.announced(),
      writing: this.#ring.writing,
      sourceDigest: 'web',
      retentionMs: 31 * 86_400_000,
      abilities: [],
    };
    const entries = await this.#opened.announce(own);
    const { keys } = compareReplicas(entries, own);
    if (keys.kind === 'foreign_key') this.#ring.lack(keys.fingerprint);
    else this.#ring.agree(entries.writes, new Set(entries.keys.keys()), 0);
    return keys.kind === 'agree';
  }

  async check(credential: string): Promise<'allow' | 'deny' | 'none'> {
    const facts = factsOf({ headers: { cookie: `sid=${credential}` } });
    return (await askHandler(this.#check, facts, { cancelled: false })).kind;
  }
}

const place = fc.nat({ max: REPLICAS - 1 });
const credential = fc.constantFrom(...CREDENTIALS);
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('load'),
      place,
      file: fc.nat({ max: FILES.length - 1 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('settle'), place }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('restart'),
      place,
      file: fc.nat({ max: FILES.length - 1 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('check'), place, credential }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('everywhere'), credential }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke'), credential }) },
);

/** One replica removes a key again while another begins to write with it, because all had it. */
const GOES_WHILE_OTHERS_BEGIN: StepOf<typeof step>[] = [
  ...[0, 1, 2].flatMap((at) => [
    { do: 'load', place: at, file: 1 } as const,
    { do: 'settle', place: at } as const,
  ]),
  { do: 'load', place: 1, file: 0 },
  { do: 'settle', place: 1 },
  { do: 'load', place: 0, file: 2 },
  { do: 'settle', place: 0 },
  { do: 'check', place: 0, credential: 'one' },
  { do: 'everywhere', credential: 'one' },
];

describe('keys that change in any order', function () {
  this.timeout(120_000);
  let server: RedisServer | undefined;
  let world: RedisWorld;

  before(async function () {
    await redisServerOrSkip(this);
    server = await startGuardedRedis();
    world = await openRedisWorld(server, PATIENCE);
  });
  after(async () => {
    await world?.close();
    await server?.stop();
  });

  /** The records of a credential with all keys. */
  const recordsOf = async (text: string): Promise<string[]> => {
    const names = SECRETS.map((secret) => createSessionNames([secret])('web', text).key);
    const found = await Promise.all(
      names.map(async (key) =>
        (await world.admin.exists(partitionOf(key).session(key))) ? key : '',
      ),
    );
    return found.filter((key) => key !== '');
  };

  it('never split, revive or refuse a session', async () => {
    const parsed = parsePolicyFile(POLICY, 'test.yaml');
    if (parsed.kind !== 'ok') throw new Error('the policy is bad');
    const seed = Math.trunc(Math.random() * 2 ** 31);
    const run = async (steps: readonly StepOf<typeof step>[]): Promise<void> => {
      await world.admin.flushall();
      const start = async (at: number, file: readonly Uint8Array[], life: number) => {
        const replica = new Replica(`r${at}-${life}`, file, world.opened, parsed.policies);
        await replica.settle();
        return replica;
      };
      const replicas: Replica[] = [];
      // oxlint-disable-next-line no-await-in-loop
      for (let at = 0; at < REPLICAS; at += 1) replicas.push(await start(at, [A], 0));
      const revoked = new Set<string>();
      const judge = (text: string, kinds: readonly string[]) => {
        // A replica that may be missing a key gives no verdict. A live session is never refused.
        const right = revoked.has(text) ? ['deny', 'none'] : ['allow', 'none'];
        for (const kind of kinds) expect(right, `${kind} of ${text}`).to.include(kind);
      };
      let lives = 0;
      // oxlint-disable no-await-in-loop -- in this order
      for (const each of steps) {
        if (each.do === 'load') replicas[each.place]?.load(FILES[each.file] ?? [A]);
        else if (each.do === 'settle') await replicas[each.place]?.settle();
        else if (each.do === 'restart') {
          // The replica that ended still counts for a minute, as in production.
          replicas[each.place] = await start(each.place, FILES[each.file] ?? [A], (lives += 1));
        } else if (each.do === 'check') {
          judge(each.credential, [(await replicas[each.place]?.check(each.credential)) ?? '']);
        } else if (each.do === 'everywhere') {
          const { credential: text } = each;
          judge(text, await Promise.all([...replicas, ...replicas].map((one) => one.check(text))));
        } else {
          const [key] = await recordsOf(each.credential);
          if (key !== undefined) {
            await world.store.end({ key: key as never, source: sourceWith(), by: 'revoked' });
            revoked.add(each.credential);
          }
        }
        for (const text of CREDENTIALS)
          expect(await recordsOf(text), text).to.have.length.at.most(1);
      }
      // oxlint-enable no-await-in-loop
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), run), {
      numRuns: 300,
      seed,
      examples: [[GOES_WHILE_OTHERS_BEGIN]],
    });
  });

  it('keep every ready replica ready when the store comes back, with its data or without', async () => {
    const parsed = parsePolicyFile(POLICY, 'test.yaml');
    if (parsed.kind !== 'ok') throw new Error('the policy is bad');
    const all = [0, 1, 2] as const;
    const order = fc.shuffledSubarray([...all], { minLength: REPLICAS });
    // All have one key in common. Otherwise one of them was not ready before.
    const file = fc.constantFrom([A], [A, B], [B, A], [A, B, C], [C, B, A], [C, A, B]);
    const world3 = fc.record({
      files: fc.tuple(file, file, file),
      before: fc.array(order, { minLength: 3, maxLength: 3 }),
      after: fc.array(order, { minLength: 3, maxLength: 3 }),
      isLost: fc.boolean(),
    });
    const seed = Math.trunc(Math.random() * 2 ** 31);
    const run = async ({ files, before, after, isLost }: StepOf<typeof world3>): Promise<void> => {
      await world.admin.flushall();
      const replicas = all.map((at) => new Replica(`r${at}`, [A], world.opened, parsed.policies));
      const settleIn = async (orders: readonly (readonly number[])[]): Promise<void> => {
        // oxlint-disable-next-line no-await-in-loop
        for (const at of orders.flat())
          expect(await replicas[at]?.settle(), `${at}`).to.equal(true);
      };
      await settleIn([all]);
      for (const at of all) replicas[at]?.load(files[at]);
      await settleIn(before);
      if (isLost) await world.admin.flushall();
      else {
        const fields = await world.admin.hkeys('curfew:1:replicas');
        const announced = fields.filter((field) => field.startsWith('replica:'));
        const longAgo = announced.flatMap((field) => [field, Date.now() - 61_000]);
        await world.admin.hset('curfew:1:replicas', ...longAgo);
      }
      await settleIn(after);
    };
    await fc.assert(fc.asyncProperty(world3, run), { numRuns: 200, seed });
  });
});

type StepOf<T> = T extends fc.Arbitrary<infer Value> ? Value : never;
