import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestedEnd } from '../../../src/session/session-record.ts';
import { loginWords, touchWords } from '../../../src/store/redis/script-words.ts';
import { partitionOf } from '../../../src/store/redis/store-keys.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import {
  keyOf,
  sourceWith,
  subjectOf,
  touchOf,
  visitOf,
} from '../../support/store/store-requests.ts';
import { openRedisWorld, startGuardedRedis } from '../../support/store/store-world.ts';
import type { RedisWorld } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'fixtures', 'scripts-before-subjects');
const read = (name: string): string => readFileSync(join(FOLDER, `${name}.lua`), 'utf8');
const [touch, end, login] = ['touch', 'end', 'login'].map(read);
const ONE_PROCESS = { allCan: () => true };

// The version before subjects: it knows the challenge mark and `signed_out`.
describe('what is read by the version before subjects', () => {
  let server: RedisServer | undefined;
  let world: RedisWorld;
  let session = '';
  let sessions = 0;

  before(async function () {
    await redisServerOrSkip(this);
    server = await startGuardedRedis();
    world = await openRedisWorld(server, { commandTimeoutMs: 5_000 });
  });
  after(async () => {
    await world.close();
    await server?.stop();
  });
  beforeEach(() => {
    session = `session ${(sessions += 1)}`;
  });

  async function run(script: string | undefined, ...words: string[]): Promise<string> {
    const { session: keyFor, deadlines, events } = partitionOf(keyOf(session));
    const keys = [keyFor(keyOf(session)), deadlines, events];
    return String(await world.admin.eval(script ?? '', 3, ...keys, 'nonce', ...words));
  }
  const touchIt = async () => run(touch, ...touchWords(touchOf(session), ONE_PROCESS));
  const endIt = async () => run(end, 'revoked', '86400000', 'web');
  const openIt = async () =>
    world.store.open({
      ...touchOf(session),
      opening: 'registered',
      startedAtMs: undefined,
      subject: subjectOf('ada'),
      subjectName: 'Ada',
      ownLimits: { idleTimeoutMs: 60_000, absoluteTimeoutMs: 600_000 },
    });
  const kinds = async () => (await world.events(keyOf(session))).map(({ kind }) => kind);

  it('is a live session with a subject and limits of its own, which it ignores', async () => {
    await openIt();
    expect(await touchIt()).to.match(/^live nonce \d+ \d+ \d+ \d+ moved 0$/);
    const visit = visitOf(session, { endLimits: [], mayEnd: true, maySignOut: true });
    expect(await run(login, ...loginWords(visit, ONE_PROCESS))).to.match(/^live nonce /);
    expect(await touched(world.store, touchOf(session))).to.include({ kind: 'live' });
  });

  it('is ended by it, and is then read here as ended, with its subject', async () => {
    await openIt();
    expect(await endIt()).to.match(/^ended nonce \d+$/);
    expect(await touched(world.store, touchOf(session))).to.include({
      kind: 'ended',
      by: 'revoked',
    });
    const record = (await world.directory.describe(keyOf(session)))?.record;
    const whose = { subject: subjectOf('ada'), subjectName: 'Ada' };
    const lost = { source: undefined, startedAtMs: undefined };
    expect(record).to.include({ kind: 'tombstone', endedBy: 'revoked', ...whose, ...lost });
    expect(await kinds()).to.deep.equal(['opened', 'ended']);
  });

  for (const [by, word] of [
    ['revoked', 'revoked'],
    ['signed_out', 'signed_out'],
    ['subject_locked', 'revoked'],
    ['session_limit', 'revoked'],
  ] as const satisfies readonly (readonly [RequestedEnd, string])[]) {
    it(`is a session ended by ${by} as ${word}`, async () => {
      await openIt();
      await world.store.end({ key: keyOf(session), source: sourceWith(), by });
      expect(await touchIt()).to.match(new RegExp(`^ended nonce \\d+ ${word} \\d+$`));
      expect(await endIt()).to.match(new RegExp(`^already nonce ${word} \\d+$`));
      const visit = visitOf(session, { mayEnd: true, maySignOut: true });
      const visited = await run(login, ...loginWords(visit, ONE_PROCESS));
      expect(visited).to.match(new RegExp(`^ended nonce ${word} \\d+ 0$`));
      expect(await kinds()).to.deep.equal(['opened', 'ended']);
    });
  }

  it('is a tombstone of an unknown credential as ended', async () => {
    const request = { key: keyOf(session), source: sourceWith(), by: 'signed_out' } as const;
    await world.store.end({ ...request, unknown: 'tombstone', subject: subjectOf('ada') });
    expect(await touchIt()).to.match(/^ended nonce \d+ signed_out \d+$/);
    expect(await endIt()).to.match(/^already nonce signed_out \d+$/);
  });
});
