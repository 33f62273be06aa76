import { expect } from 'chai';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from '../../support/processes/child-process.ts';
import type { Running } from '../../support/processes/child-process.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { inconsistencies } from '../../support/store/inconsistencies.ts';
import { keyOf, sourceWith, subjectOf, touchOf } from '../../support/store/store-requests.ts';
import {
  announceAbilities,
  openRedisWorld,
  startGuardedRedis,
} from '../../support/store/store-world.ts';
import type { RedisWorld } from '../../support/store/store-world.ts';
import { SESSIONS_EACH } from '../../support/store/subject-caller-plan.ts';
import type { CallerPlan } from '../../support/store/subject-caller-plan.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

const CALLER = join(import.meta.dirname, '..', '..', 'support', 'store', 'subject-caller.ts');
const SOURCES = new Map([['web', sourceWith()]]);
const STARTED_MAX_MS = 60_000;
const RANDOM_KILLS = 6;
const RANDOM_ROUNDS = 100_000;

describe('a replica that is killed while it opens, ends and locks', () => {
  let server: RedisServer | undefined;
  let world: RedisWorld;

  before(async function () {
    await redisServerOrSkip(this);
    server = await startGuardedRedis();
    world = await openRedisWorld(server, { commandTimeoutMs: 10_000 });
  });
  after(async () => {
    await world.close();
    await server?.stop();
  });
  beforeEach(async () => empty());

  async function empty(): Promise<void> {
    await world.admin.flushall();
    await announceAbilities(world.opened);
  }

  async function start(plan: Omit<CallerPlan, 'port'>): Promise<Running> {
    const argument = JSON.stringify({ ...plan, port: server?.port });
    return startProcess(process.execPath, [CALLER, argument]);
  }

  /** The other replicas sweep, two seconds later. */
  async function sweep(): Promise<void> {
    await world.passTime(2_000);
    for (let turns = 0, more = 2; more > 0; turns += 1) {
      if (turns > 50) throw new Error('the sweeper does not get done');
      const report = await world.sweeper.sweep(SOURCES, 100_000);
      if (report.fault !== undefined) throw report.fault;
      more = report.more ? 2 : more - 1;
    }
  }

  const isIn = (lines: ReadonlySet<string>, line: string) => lines.has(line);
  const isEnded = async (session: string) =>
    (await world.directory.describe(keyOf(session)))?.record.kind === 'tombstone';

  /** What the caller was answered must hold, and what it had begun must be finished. */
  async function judge(lines: ReadonlySet<string>, name: string): Promise<void> {
    const { notBeforeMs, lock } = await world.directory.subjectState(subjectOf(name));
    const isBegun = notBeforeMs !== undefined;
    if (isIn(lines, `ended ${name}`)) expect(isBegun, name).to.equal(true);
    for (let number = 0; number < SESSIONS_EACH; number += 1) {
      const session = `${name} ${number}`;
      const record = (await world.directory.describe(keyOf(session)))?.record;
      if (isIn(lines, `opened ${session}`)) expect(record, session).to.not.equal(undefined);
      if (isIn(lines, `entered ${session}`) && isBegun) {
        expect(await isEnded(session), session).to.equal(true);
      }
      if (!isBegun && record !== undefined) expect(record.kind, session).to.equal('live');
    }
    if (!name.startsWith('bob') || !isBegun) return;
    expect(lock?.untilMs).to.equal('forever');
    const entry = { subject: subjectOf(name), session: keyOf('new'), retentionMs: 60_000 };
    expect((await world.directory.enter(entry)).kind).to.equal('locked');
  }

  async function judgeAll(log: string, rounds: number): Promise<void> {
    await sweep();
    const lines = new Set(log.split('\n'));
    for (let round = 0; round < rounds; round += 1) {
      await judge(lines, `ada ${round}`);
      await judge(lines, `bob ${round}`);
    }
    expect(await inconsistencies(world.admin)).to.deep.equal([]);
  }

  it('loses nothing and does nothing twice, between any two of its steps', async function () {
    this.timeout(600_000);
    let killBefore = 0;
    for (let isKilled = true; isKilled; killBefore += 1) {
      await empty();
      const caller = await start({ rounds: 1, killBefore });
      const end = await caller.ended();
      isKilled = end === 'SIGKILL';
      if (!isKilled) expect(end, caller.log()).to.equal(0);
      await judgeAll(caller.log(), 1);
    }
    // Two subjects: an entry and an opening for each session; begin, page, ends, leave, finish.
    expect(killBefore - 1).to.equal(2 * (2 * SESSIONS_EACH + SESSIONS_EACH + 4));
  });

  it('loses nothing and does nothing twice at any moment', async function () {
    this.timeout(600_000);
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    for (let kill = 0; kill < RANDOM_KILLS; kill += 1) {
      await empty();
      const caller = await start({ rounds: RANDOM_ROUNDS });
      await eventually('start', () => caller.log().includes('ready'), STARTED_MAX_MS);
      const afterMs = ((seed * (kill + 1) * 7_919) % 2_500) / 10;
      await sleep(afterMs);
      caller.signal('SIGKILL');
      await caller.ended();
      const said = [...caller.log().matchAll(/^(?:ended|entered) \w+ (\d+)/gm)];
      const rounds = Math.max(0, ...said.map(([, round]) => Number(round))) + 1;
      await judgeAll(caller.log(), rounds).catch((fault: unknown) => {
        throw new Error(`with SEED=${seed}, killed after ${afterMs} ms: ${String(fault)}`);
      });
    }
  });

  it('(control) would lose sessions if the end were not noted as pending first', async () => {
    const session = keyOf('ada 0 0');
    await world.directory.enter({ subject: subjectOf('ada 0'), session, retentionMs: 60_000 });
    const request = { ...touchOf(''), key: session, subject: subjectOf('ada 0') };
    await world.store.open({ ...request, opening: 'first-use', startedAtMs: undefined });
    await world.directory.beginSubjectEnd({
      subject: subjectOf('ada 0'),
      by: 'revoked',
      retentionMs: 60_000,
    });
    const [pending = ''] = await world.admin.keys('curfew:1:*:pending');
    await world.admin.del(pending);
    await sweep();
    expect((await touched(world.store, request)).kind).to.equal('live');
    const fault = await judge(new Set(['entered ada 0 0']), 'ada 0').catch((error: Error) => error);
    expect(fault).to.be.instanceOf(Error);
  });
});
