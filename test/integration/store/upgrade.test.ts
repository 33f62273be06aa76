import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createSessionNames, keyFingerprint } from '../../../src/keys/session-names.ts';
import type { RequestedEnd } from '../../../src/session/session-record.ts';
import type { Timeouts } from '../../../src/terms/timeouts.ts';
import { ABILITIES } from '../../../src/store/capabilities.ts';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { endSubject } from '../../../src/store/subjects/end-subject.ts';
import { REASON_OF_END } from '../../../src/verdict/reason.ts';
import { writeKeyFile } from '../../support/files/key-file.ts';
import type { KeyFile } from '../../support/files/key-file.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import type { PolicyFile } from '../../support/files/policy-file.ts';
import { freePort } from '../../support/network/free-port.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { createCheckClient } from '../../support/requests/check-request.ts';
import type { CheckClient } from '../../support/requests/check-request.ts';
import { locationOf } from '../../support/store/location-of.ts';
import { ruleWith, sourceWith, subjectOf } from '../../support/store/store-requests.ts';
import { untilUp } from '../../support/store/store-world.ts';
import { eventually } from '../../support/time/eventually.ts';
import { EARLIER_COMMIT, earlierVersionOrSkip } from '../../support/upgrade/earlier-version.ts';
import type { ModelledLimits, ModelledPolicy } from '../../support/upgrade/session-model.ts';
import { VerdictLoad } from '../../support/upgrade/verdict-load.ts';

const POLICY = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
policies:
  - { name: short, match: [{ path: /short }], idle: 800ms, absolute: 4s, on_expiry: challenge }
  - { name: polled, match: [{ path: /polled }], idle: 1500ms, absolute: 9s, on_expiry: end, passive: [{ path: /polled }] }
  - { name: default, idle: 1500ms, absolute: 9s }
`;
const ENDING = {
  path: '/',
  idleMs: 1_500,
  absoluteMs: 9_000,
  onExpiry: 'end',
  isPassive: false,
} as const;
const POLICIES: readonly ModelledPolicy[] = [
  ENDING,
  { ...ENDING, path: '/other' },
  { ...ENDING, path: '/polled', isPassive: true },
  { path: '/short', idleMs: 800, absoluteMs: 4_000, onExpiry: 'challenge', isPassive: false },
];
/** Longer than the idle timeout, so that sessions end in each phase. */
const PHASE_MS = 3_000;
const WRITTEN_MAX_MS = 20_000;
/** Below those of the policies that end sessions. */
const OWN_LIMITS = { idleMs: 1_000, absoluteMs: 5_000 } as const;
const ENDS: readonly RequestedEnd[] = ['revoked', 'signed_out', 'subject_locked', 'session_limit'];
/** The fields of a record that are new since that version. */
const NEW_FIELDS = ['c', 'r', 'u', 'o'] as const;
type Field = (typeof NEW_FIELDS)[number];
const SILENT_MS = 61_000;
const DAY_MS = 86_400_000;
/** A loaded machine may be this late. */
const ANNOUNCED_MAX_MS = 20_000;

type Version = 'earlier' | 'this';

interface Replica {
  readonly version: Version;
  readonly curfew: Curfew;
  readonly client: CheckClient;
}

describe(`an upgrade from ${EARLIER_COMMIT} and a rollback under load`, function () {
  this.timeout(120_000);
  let program = '';
  let redis: RedisServer;
  let admin: Redis;
  let store: OpenedStore;
  let keyFile: KeyFile;
  let policies: PolicyFile;
  let policyVersion = 0;
  const secret = randomBytes(32);
  const nameOf = createSessionNames([secret]);
  let replicas: Replica[] = [];
  let load: VerdictLoad | undefined;
  /** Replicas of the earlier version that run, or have run a moment ago. */
  let earlierCount = 0;
  /** Sessions that ended because their subject was locked. */
  let locks = 0;
  /** Credentials of which the subject is locked when they are to end. */
  const registered = new Set<string>();
  const closers: (() => Promise<void>)[] = [];

  before(async function () {
    await redisServerOrSkip(this);
    program = await earlierVersionOrSkip(this, EARLIER_COMMIT);
    redis = await startRedisServer();
    closers.push(() => redis.stop());
    admin = new Redis(redis.port, redis.host);
    closers.push(async () => admin.disconnect());
    store = await openStore(locationOf(redis.url), { clock: Date.now });
    closers.push(() => store.close());
    await untilUp(store);
    keyFile = await writeKeyFile([secret]);
    closers.push(() => keyFile.remove());
    policies = await writePolicyFile(POLICY);
    closers.push(() => policies.remove());
  });
  after(async () => {
    await load?.stop();
    await Promise.all(replicas.map(stop));
    // oxlint-disable-next-line no-await-in-loop -- the last opened first
    for (const close of closers.toReversed()) await close();
  });

  async function start(version: Version): Promise<Replica> {
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    const curfew = await startCurfew({
      policyPath: policies.path,
      grpcPort,
      opsPort,
      store: redis.url,
      flags: [`--key-file=${keyFile.path}`, '--decision-budget=1500ms', '--log-level=warn'],
      ...(version === 'earlier' ? { program } : {}),
    });
    if (version === 'earlier') earlierCount += 1;
    return { version, curfew, client: createCheckClient(`127.0.0.1:${grpcPort}`) };
  }

  async function stop({ version, curfew, client }: Replica): Promise<void> {
    client.close();
    await curfew.stop();
    if (version === 'earlier') earlierCount -= 1;
  }

  /** Replaces one replica as a rolling update does: the new one serves before the old one stops. */
  async function replace(slot: number, version: Version): Promise<void> {
    const next = await start(version);
    const [before] = replicas.splice(slot, 1, next);
    await sleep(200); // checks that were sent to it are answered
    if (before !== undefined) await stop(before);
  }

  /**
   * Makes the replicas ask each other now instead of seconds later, and forget those that were
   * stopped, as they do when these have been silent for a minute.
   */
  async function settle(): Promise<void> {
    const silent = await silentAfterAnnouncements();
    for (const field of silent) {
      await admin.hset('curfew:1:replicas', field, Date.now() - SILENT_MS);
    }
    await silentAfterAnnouncements();
  }

  /** Waits until all replicas have announced themselves again. Returns the fields that have not. */
  async function silentAfterAnnouncements(): Promise<readonly string[]> {
    const askedAtMs = Date.now();
    await announce();
    await policies.replace(`${POLICY}# ${(policyVersion += 1)}\n`);
    return eventually(
      'announcements of all replicas',
      async () => {
        const entries = Object.entries(await admin.hgetall('curfew:1:replicas')).filter(([field]) =>
          /^(replica|can):/.test(field),
        );
        const silent = entries.filter(([, at]) => Number(at) < askedAtMs).map(([field]) => field);
        const fresh = entries.filter(
          ([field, at]) => field.startsWith('replica:') && Number(at) >= askedAtMs,
        );
        return fresh.length === replicas.length + 1 && silent;
      },
      ANNOUNCED_MAX_MS,
    );
  }

  const announce = async () =>
    store.announce({
      replica: 'test',
      fingerprints: [keyFingerprint(secret)],
      writing: keyFingerprint(secret),
      sourceDigest: 'test',
      abilities: ABILITIES,
      retentionMs: 86_400_000,
    });

  async function end(credential: string): Promise<readonly string[]> {
    const { key } = nameOf('web', credential);
    // A registered session has a subject.
    if (registered.has(credential) && (await lock(credential))) {
      return [REASON_OF_END.revoked, REASON_OF_END.subject_locked];
    }
    const by = ENDS[Math.floor(Math.random() * ENDS.length)] ?? 'revoked';
    const outcome = await store.administration.store.end({ key, source: sourceWith(), by });
    if (outcome.kind === 'unknown') throw new Error('not opened yet');
    const written = outcome.kind === 'already' ? outcome.by : by;
    // A version that does not know the exact word takes it for a revocation.
    return written === 'idle' || written === 'absolute'
      ? [REASON_OF_END[written]]
      : [REASON_OF_END.revoked, REASON_OF_END[written]];
  }

  /** Locks the subject of a session. False if that has ended no session. */
  async function lock(credential: string): Promise<boolean> {
    const subject = subjectOf(credential);
    const { ended } = await endSubject(store.administration, {
      subjects: [subject],
      by: 'subject_locked',
      lock: { lastsMs: 'forever' },
      retentionMs: DAY_MS,
    });
    locks += ended;
    const { key } = nameOf('web', credential);
    const again = await store.directory.enter({ subject, session: key, retentionMs: DAY_MS });
    expect(again.kind).to.equal('locked');
    return ended === 1;
  }

  /** With a subject, and with limits of its own as soon as all replicas hold it to them. */
  async function register(credential: string): Promise<ModelledLimits | undefined> {
    const { key } = nameOf('web', credential);
    const own = store.capabilities.allCan('own_limits') ? OWN_LIMITS : undefined;
    const subject = subjectOf(credential);
    await store.directory.enter({ subject, session: key, retentionMs: DAY_MS });
    const outcome = await store.administration.store.open({
      key,
      source: sourceWith({ overLimits: [{ ...limitsOf(ENDING), policy: 'default' }] }),
      rule: ruleWith(limitsOf(ENDING)),
      opening: 'registered',
      startedAtMs: undefined,
      subject,
      ownLimits: own && limitsOf(own),
    });
    if (outcome.kind !== 'live') throw new Error(`registered as ${outcome.kind}`);
    if (Math.random() < 0.8) registered.add(credential);
    return own;
  }

  /** How many records have each of these fields. */
  async function countsOf(names: readonly Field[]): Promise<number[]> {
    const counts = names.map(() => 0);
    for (const key of await admin.keys('curfew:1:*:session:*')) {
      const found = await admin.hmget(key, ...names);
      for (const [index, value] of found.entries())
        if (value !== null) counts[index] = (counts[index] ?? 0) + 1;
    }
    return counts;
  }

  it('gives no wrong verdict, and writes nothing that a replica cannot read', async () => {
    replicas = [await start('earlier'), await start('earlier')];
    await settle();
    const clients = () => replicas.map(({ client }) => client);
    const running = new VerdictLoad({
      policies: POLICIES,
      ending: ENDING,
      clients,
      holdsOwnLimits: () => earlierCount === 0,
      register,
      end,
    });
    load = running;
    const phase = async (when: string) => {
      await sleep(PHASE_MS);
      expect(running.report.wrong, when).to.deep.equal([]);
    };
    await phase('before the upgrade');

    await replace(0, 'this');
    await settle();
    await phase('during the upgrade');
    expect(await countsOf(NEW_FIELDS), 'during the upgrade').to.deep.equal(NEW_FIELDS.map(() => 0));
    expect(await store.administration.confirm(), 'during the upgrade').to.equal('unconfirmed');

    await replace(1, 'this');
    await settle();
    await phase('after the upgrade');
    for (const field of NEW_FIELDS) {
      const isWritten = async () => (await countsOf([field])).every((count) => count > 0);
      await eventually(`records with ${field}`, isWritten, WRITTEN_MAX_MS);
    }
    expect(await store.administration.confirm()).to.equal('nothing_to_confirm');

    await replace(0, 'earlier');
    await phase('during the rollback');
    await replace(1, 'earlier');
    await phase('after the rollback');
    const report = await running.stop();
    const { wrong, noVerdicts, ...counts } = report;
    expect(wrong).to.deep.equal([]);
    expect(noVerdicts.length / counts.verdicts, noVerdicts.slice(0, 3).join()).to.be.below(0.01);
    expect(counts.verdicts).to.be.above(500);
    for (const count of Object.values(counts)) expect(count).to.be.above(10);
    expect(locks).to.be.above(2);
  });
});

const limitsOf = ({ idleMs, absoluteMs }: ModelledLimits): Timeouts => ({
  idleTimeoutMs: idleMs,
  absoluteTimeoutMs: absoluteMs,
});
