import { expect } from 'chai';
import type { SourceRule } from '../../../src/session/session-store.ts';
import { keySlot } from '../../../src/store/redis/cluster/key-slot.ts';
import {
  partitionKeys,
  placeOfSession,
  placeOfSubject,
} from '../../../src/store/redis/store-keys.ts';
import type { SweepReport } from '../../../src/store/sweep/sweeper.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import type { Cluster } from '../../support/redis/cluster.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { openClusterWorld, startGuardedCluster } from '../../support/store/cluster-world.ts';
import { keyOf, sourceWith, subjectOf, touchOf } from '../../support/store/store-requests.ts';
import type { ServerWorld } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

const MINUTE_MS = 60_000;
const PARTITIONS = 256;
const SOURCES: ReadonlyMap<string, SourceRule> = new Map([['web', sourceWith()]]);
/** More than the pages that one turn ends. */
const STUCK = 6;
/** More than a page. */
const MANY = 110;

describe('ends of subjects of which some sessions are on a part of a Cluster that is down', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let world: ServerWorld;
  let owners: (RedisServer | undefined)[];

  before(async function () {
    await redisServerOrSkip(this);
    cluster = await startGuardedCluster({ replicasEach: 0, keeps: 'whole-aof' });
    world = await openClusterWorld(cluster, { commandTimeoutMs: 5_000 });
    owners = await Promise.all(
      Array.from({ length: PARTITIONS }, async (_, index) =>
        cluster.ownerOf(keySlot(partitionKeys(index).events)),
      ),
    );
  });
  after(async () => {
    await world?.close();
    await cluster?.close();
  });

  /** Names that belong to this node, by the place that each has. */
  function namesOn(node: RedisServer, count: number, placeOf: (name: string) => number): string[] {
    const names: string[] = [];
    for (let index = 0; names.length < count; index += 1) {
      const name = `${node.port}: ${index}`;
      if (owners[placeOf(name)] === node) names.push(name);
    }
    return names;
  }

  const placeOf = (name: string): number => placeOfSession(keyOf(name));
  const openFor = async (subject: string, session: string): Promise<void> => {
    const key = keyOf(session);
    const entry = { subject: subjectOf(subject), session: key, retentionMs: MINUTE_MS };
    await world.directory.enter(entry);
    const request = { ...touchOf(session), subject: subjectOf(subject) };
    await world.store.open({ ...request, opening: 'first-use', startedAtMs: undefined });
  };
  /** By a caller that has died. */
  const begin = async (subject: string): Promise<void> => {
    const nowMs = await world.nowMs();
    await world.directory.beginSubjectEnd({
      subject: subjectOf(subject),
      by: 'revoked',
      startedAtMs: nowMs - 5_000,
      enteredUntilMs: nowMs + MINUTE_MS,
      retentionMs: MINUTE_MS,
    });
  };

  it('end all others, also on further pages, and hold up nothing', async () => {
    const [dead, healthy] = cluster.nodes;
    if (dead === undefined || healthy === undefined) throw new Error('no nodes');
    // The sweeper goes through the partitions in order, so that these come before the last one.
    const place = (name: string): number => placeOfSubject(subjectOf(name));
    const [other = '', ...subjects] = namesOn(healthy, STUCK + 3, place);
    subjects.sort((one, next) => place(one) - place(next));
    const [big = '', ...rest] = subjects;
    const stuck = rest.slice(0, STUCK);
    const [last = ''] = rest.slice(STUCK);
    const lost = namesOn(dead, STUCK + 1, placeOf);
    const many = namesOn(healthy, MANY + 3, placeOf);
    for (const session of many.slice(1, MANY + 1)) await openFor(big, session);
    await openFor(big, lost[0] ?? ''); // the newest, so on the first page
    for (const [index, subject] of stuck.entries()) await openFor(subject, lost[index + 1] ?? '');
    await openFor(last, many[0] ?? '');
    for (const subject of subjects) await begin(subject);
    const [lostSubject = ''] = namesOn(dead, 1, place);
    const ended = many.slice(MANY + 1);
    for (const [index, session] of ended.entries()) {
      await openFor(index === 0 ? lostSubject : other, session);
    }
    await dead.kill();
    const isDown = async () => world.store.claim(keyOf(lost[0] ?? ''), keyOf('any'));
    await eventually('a part that is down', async () =>
      isDown().then(
        () => false,
        () => true,
      ),
    );
    // Their sessions ended otherwise, and are to leave the lists of their subjects.
    for (const session of ended) {
      await world.store.end({ key: keyOf(session), source: sourceWith(), by: 'signed_out' });
    }
    const reports: SweepReport[] = [];
    const turn = async () => {
      const report = await world.sweeper.sweep(SOURCES, 10_000);
      reports.push(report);
      return report;
    };
    for (let turns = 0; turns < 4; turns += 1) {
      expect((await turn()).fault?.message).to.match(/^no connection/);
    }
    const finished = () => reports.flatMap((report) => report.finished.map((each) => each.subject));
    expect(finished()).to.deep.equal([subjectOf(last)]);
    for (const session of many) {
      expect((await touched(world.store, touchOf(session))).kind, session).to.equal('ended');
    }
    const { entries } = await world.directory.subjectSessions(subjectOf(other), { limit: 10 });
    expect(entries).to.deep.equal([]);
    await dead.restart();
    await eventually(
      'everything finished',
      async () => {
        await turn();
        return finished().length === subjects.length;
      },
      60_000,
    );
    for (const session of lost) {
      expect((await touched(world.store, touchOf(session))).kind, session).to.equal('ended');
    }
  });
});
