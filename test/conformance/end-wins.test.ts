import { expect } from 'chai';
import * as fc from 'fast-check';
import type { SessionKey } from '../../src/session/session-key.ts';
import { MemorySessionStore } from '../../src/store/memory/memory-session-store.ts';
import { endSubject } from '../../src/store/subjects/end-subject.ts';
import type { EndSubjectRequest } from '../../src/store/subjects/end-subject.ts';
import { finishSubjectEnd } from '../../src/store/subjects/finish-subject-end.ts';
import { everyChoice, Interleaving } from '../support/store/interleaving.ts';
import { keyOf, subjectOf, touchOf } from '../support/store/store-requests.ts';
import type { ServerWorld, StoreWorld } from '../support/store/store-world.ts';
import { describeOnServers } from './on-servers.ts';

type Ports = Pick<StoreWorld, 'store' | 'directory'>;
/** What one process did, call by call, in the order in which the store did it. */
type Done = readonly string[];

const ADA = subjectOf('ada');
const DAY_MS = 86_400_000;
const [SLOW, QUICK, KNOWN]: readonly SessionKey[] = ['slow', 'quick', 'known'].map(keyOf);

/** Opens a session as a check does: it enters the index, and opens unless it is refused. */
async function open({ store, directory }: Ports, session: SessionKey): Promise<void> {
  const entered = await directory.enter({ subject: ADA, session, retentionMs: DAY_MS });
  if (entered.kind !== 'entered') return;
  const request = { ...touchOf(''), key: session, subject: ADA, startedAtMs: undefined };
  await store.open({ ...request, opening: 'first-use' });
}

/** Notes whose session it is at the first request that names a subject. */
async function attach({ directory }: Ports, session: SessionKey): Promise<void> {
  const entered = await directory.enter({ subject: ADA, session, retentionMs: DAY_MS });
  if (entered.kind === 'entered') await directory.attach({ key: session, subject: ADA });
}

class Died extends Error {}

/** The same ports of a process that dies after so many calls. */
function dyingAfter(ports: Ports, callsMax: number): Ports {
  let calls = 0;
  const mortal = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          if ((calls += 1) > callsMax) throw new Died();
          return Reflect.apply(member, target, args);
        };
      },
    });
  return { store: mortal(ports.store), directory: mortal(ports.directory) };
}

interface Story {
  readonly ports: Ports;
  readonly choose: (waiting: readonly string[]) => number;
  readonly request: Omit<EndSubjectRequest, 'subjects' | 'retentionMs' | 'by'>;
  /** The one who ends the subject dies after so many calls. */
  readonly diesAfter?: number;
  /** Called before each call. */
  readonly tick?: () => void;
  /** There is no quick opening, so that there are fewer orders. */
  readonly isShort?: boolean;
}

/** Three openings and an end of their subject; a sweeper finishes what is pending. */
async function tell(story: Story): Promise<Done> {
  const { ports, choose, request, diesAfter = Infinity, tick, isShort = false } = story;
  const known = { ...touchOf(''), key: KNOWN ?? keyOf(''), startedAtMs: undefined };
  await ports.store.open({ ...known, opening: 'first-use' });
  const done: string[] = [];
  const turns = new Interleaving((waiting) => {
    tick?.();
    const choice = choose(waiting);
    done.push(waiting[choice] ?? '');
    return choice;
  });
  const of = (process: string): Ports => ({
    store: turns.port(process, ports.store),
    directory: turns.port(process, ports.directory),
  });
  const ender = dyingAfter(of('end'), diesAfter);
  const end = { ...request, subjects: [ADA], by: 'revoked', retentionMs: DAY_MS } as const;
  await turns.run([
    open(of('slow'), SLOW ?? keyOf('')),
    ...(isShort ? [] : [open(of('quick'), QUICK ?? keyOf(''))]),
    attach(of('known'), KNOWN ?? keyOf('')),
    endSubject(ender, end).catch((error: unknown) => {
      if (!(error instanceof Died)) throw error;
    }),
  ]);
  for (const pending of await ports.directory.pendingSubjects({ olderThanMs: 0, max: 9 })) {
    await finishSubjectEnd(ports, pending, { retentionMs: DAY_MS });
  }
  return done;
}

async function live({ directory }: Ports): Promise<readonly string[]> {
  const names = ['slow', 'quick', 'known'];
  const found = await Promise.all(
    names.map(async (name) => (await directory.describe(keyOf(name)))?.record.kind),
  );
  return names.filter((_, index) => found[index] === 'live');
}

/** The openings that had entered before the end began. */
function enteredBefore(done: Done): readonly string[] {
  return done
    .slice(0, done.indexOf('end'))
    .filter((each, index, all) => all.indexOf(each) === index);
}

describe('an end of a subject', () => {
  describe('wins over openings under way, in every order of their steps in memory', function () {
    this.timeout(120_000);

    function memory(clock: () => number): Ports {
      const store = new MemorySessionStore({ clock });
      return { store, directory: store.directory };
    }

    it('ends each session that had entered before it', async () => {
      const count = await everyChoice(async (choose) => {
        let nowMs = 1_800_000_000_000;
        const ports = memory(() => nowMs);
        const done = await tell({ ports, choose, request: {}, tick: () => (nowMs += 1) });
        const left = await live(ports);
        expect(
          left.filter((name) => enteredBefore(done).includes(name)),
          done.join(),
        ).to.deep.equal([]);
      });
      expect(count).to.be.above(3_000);
    });

    it('leaves none that had not ended, with a lock', async () => {
      await everyChoice(async (choose) => {
        let nowMs = 1_800_000_000_000;
        const ports = memory(() => nowMs);
        const request = { lock: { lastsMs: 'forever' } } as const;
        const done = await tell({ ports, choose, request, tick: () => (nowMs += 1) });
        // Its subject was never noted: the check that was refused ends this one.
        const isKnownLeft = !enteredBefore(done).includes('known');
        expect(await live(ports), done.join()).to.deep.equal(isKnownLeft ? ['known'] : []);
      });
    });

    it('also at the same instant, and when the clock is set back between two steps', async () => {
      for (const back of [0, 1, 2, 3, 4]) {
        await everyChoice(async (choose) => {
          let nowMs = 1_800_000_000_000;
          let step = 0;
          const tick = () => (nowMs -= (step += 1) === back ? 5_000 : 0);
          const ports = memory(() => nowMs);
          const done = await tell({ ports, choose, request: {}, tick, isShort: true });
          const left = await live(ports);
          expect(left.filter((name) => enteredBefore(done).includes(name))).to.deep.equal([]);
        });
      }
    });

    it('also when whoever ends it dies after any step, and a sweeper does the rest', async () => {
      for (let diesAfter = 1; diesAfter < 8; diesAfter += 1) {
        await everyChoice(async (choose) => {
          let nowMs = 1_800_000_000_000;
          const ports = memory(() => nowMs);
          const story = { ports, choose, diesAfter, tick: () => (nowMs += 1), isShort: true };
          const done = await tell({ ...story, request: {} });
          const left = await live(ports);
          expect(left.filter((name) => enteredBefore(done).includes(name))).to.deep.equal([]);
          expect((await ports.directory.subjectState(ADA)).pending).to.deep.equal([]);
        });
      }
    });
  });

  describeOnServers(({ sequences, ...server }) => {
    let world: ServerWorld;

    before(async () => {
      world = await server.open();
    });
    after(async () => world.close());

    it('wins over openings under way, in any order of their steps', async function () {
      this.timeout(120_000);
      const numRuns = sequences(Number(process.env['SEQUENCES'] ?? 60) * 2);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
          fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
          fc.boolean(),
          async (choices, diesAfter, isLocked) => {
            await world.clear();
            let at = 0;
            const choose = (waiting: readonly string[]) =>
              (choices[(at += 1)] ?? 0) % waiting.length;
            const request = isLocked ? { lock: { lastsMs: 'forever' } as const } : {};
            const story = { ports: world, choose, request };
            const done = await tell(diesAfter === undefined ? story : { ...story, diesAfter });
            const left = await live(world);
            const wrong = isLocked ? left.filter((name) => name !== 'known') : left;
            const before = enteredBefore(done);
            expect(
              wrong.filter((name) => isLocked || before.includes(name)),
              done.join(),
            ).to.deep.equal([]);
            expect((await world.directory.subjectState(ADA)).pending).to.deep.equal([]);
          },
        ),
        { numRuns },
      );
    });
  });
});
