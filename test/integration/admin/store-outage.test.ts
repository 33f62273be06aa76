import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionKey } from '../../../src/session/session-key.ts';
import { partitionOf } from '../../../src/store/redis/store-keys.ts';
import { startAdminWorld } from '../../support/admin/admin-world.ts';
import type { AdminReply, AdminWorld } from '../../support/admin/admin-world.ts';
import { writeKeyFile } from '../../support/files/key-file.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startReplicatedRedis } from '../../support/redis/replicated-redis.ts';
import type { ReplicatedRedis } from '../../support/redis/replicated-redis.ts';
import { startStumblingRedis } from '../../support/redis/stumbling-redis.ts';
import type { Stumble, StumblingRedis } from '../../support/redis/stumbling-redis.ts';
import { eventually } from '../../support/time/eventually.ts';

const POLICIES = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
  - { name: shop, cookie: shop, opening: registered, credential_lifetime: 30d, format: hex }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;
/** No call sends more commands. */
const COMMANDS_MAX = 40;

/** A session of a subject that has only this one, and what a call needs besides. */
interface Scene {
  readonly credential: string;
  readonly subject: string;
  readonly handle: string;
  readonly preview: unknown;
}

interface TriedCall {
  readonly call: (scene: Scene) => Promise<AdminReply>;
  /** Whether a 2xx is true, as the servers show it. */
  readonly isTrue: (scene: Scene, reply: AdminReply) => Promise<boolean>;
  readonly prepare?: (scene: Scene) => Promise<Partial<Scene>>;
  /** Whether the answer says how durable it is. */
  readonly isEnd?: boolean;
}

describe('a store outage in the midst of a call of administration', function () {
  this.timeout(120_000);
  const closers: (() => unknown)[] = [];
  let redis: ReplicatedRedis;
  let way: StumblingRedis;
  let world: AdminWorld;

  before(async function () {
    await redisServerOrSkip(this);
    redis = await startReplicatedRedis();
    closers.push(() => redis.close());
    way = await startStumblingRedis(redis.primaryServer.port);
    closers.push(() => way.close());
    const folder = await mkdtemp(join(tmpdir(), 'curfew-password-'));
    closers.push(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'password'), 'any');
    const keys = await writeKeyFile();
    closers.push(() => keys.remove());
    world = await startAdminWorld({
      policies: POLICIES,
      store: `redis://admin@127.0.0.1:${way.port}`,
      flags: [`--key-file=${keys.path}`, `--redis-password-file=${join(folder, 'password')}`],
    });
    closers.push(() => world.close());
  });
  after(async () => {
    // oxlint-disable-next-line no-await-in-loop -- the last opened first
    for (const close of closers.toReversed()) await close();
  });

  const fresh = (): string => randomBytes(16).toString('hex');
  const register = (credential: string, subject: string) =>
    world.post('/v1/sessions', { source: 'shop', credential, subject }, 'login');

  const fieldOf = async (server: 'primary' | 'replica', handle: unknown, field: string) => {
    const session = partitionOf(handle as SessionKey).session(String(handle));
    return (server === 'primary' ? redis.primary : redis.replicas[0])?.hget(session, field);
  };
  const hasEnded = async (handle: unknown, { json }: AdminReply) => {
    const servers =
      json['durable'] === true ? (['primary', 'replica'] as const) : (['primary'] as const);
    const fields = await Promise.all(servers.map((server) => fieldOf(server, handle, 'e')));
    return fields.every((field) => typeof field === 'string');
  };
  const isLocked = async ({ subject }: Scene) => {
    const { json } = await world.get(`/v1/subjects?subject=${subject}`);
    return (json['subject'] as Readonly<Record<string, unknown>>)['locked'] === true;
  };
  const end = (body: object) => world.post('/v1/sessions/end', body);

  const CALLS: Readonly<Record<string, TriedCall>> = {
    registering: {
      prepare: async () => ({ credential: fresh() }),
      call: ({ credential, subject }) => register(credential, subject),
      isTrue: async (_, { json }) =>
        typeof (await fieldOf('primary', json['session'], 's')) === 'string' &&
        typeof (await fieldOf('primary', json['session'], 'u')) === 'string',
    },
    finding: {
      call: ({ credential }) => world.post('/v1/sessions/find', { source: 'shop', credential }),
      isTrue: async ({ handle }, { json }) => json['session'] === handle,
    },
    showing: {
      call: ({ handle }) => world.get(`/v1/sessions/${handle}`),
      isTrue: async ({ handle }, { json }) =>
        json['session'] === handle && json['state'] === 'live',
    },
    "listing a subject's": {
      call: ({ subject }) => world.get(`/v1/sessions?subject=${subject}`),
      isTrue: async ({ handle }, { body }) => body.includes(handle),
    },
    "listing a source's": {
      call: () => world.get('/v1/sessions?source=shop&limit=1'),
      isTrue: async (_, { json }) => (json['sessions'] as unknown[]).length === 1,
    },
    'ending one by its handle': {
      isEnd: true,
      call: ({ handle }) => end({ session: handle }),
      isTrue: async ({ handle }, reply) => hasEnded(handle, reply),
    },
    'ending one by its credential': {
      isEnd: true,
      call: ({ credential }) => end({ source: 'shop', credential }),
      isTrue: async ({ handle }, reply) => hasEnded(handle, reply),
    },
    'ending a credential that was never seen': {
      isEnd: true,
      prepare: async () => ({ credential: fresh() }),
      call: ({ credential }) => end({ source: 'web', credential }),
      isTrue: async (_, reply) => hasEnded(reply.json['session'], reply),
    },
    "ending a subject's": {
      isEnd: true,
      prepare: async ({ subject }) => {
        const { json } = await end({ subject, dry_run: true });
        return { preview: json['preview'] };
      },
      call: ({ subject, preview }) => end({ subject, confirm: preview }),
      isTrue: async ({ handle }, reply) => isUnfinished(reply) || hasEnded(handle, reply),
    },
    'locking a subject': {
      isEnd: true,
      call: ({ subject }) => world.post('/v1/subjects/lock', { subject }),
      isTrue: async (scene, reply) =>
        (isUnfinished(reply) || (await hasEnded(scene.handle, reply))) && (await isLocked(scene)),
    },
    'unlocking a subject': {
      isEnd: true,
      prepare: async ({ subject }) => {
        await world.post('/v1/subjects/lock', { subject });
        return {};
      },
      call: ({ subject }) => world.post('/v1/subjects/unlock', { subject }),
      isTrue: async (scene) => !(await isLocked(scene)),
    },
  };

  function isUnfinished({ json }: AdminReply): boolean {
    return (json['not_yet'] as readonly string[] | undefined)?.includes('finished') === true;
  }

  async function setScene({ prepare }: TriedCall): Promise<Scene> {
    const [credential, subject] = [fresh(), fresh()];
    const { status, json } = await register(credential, subject);
    if (status !== 201) throw new Error(`registered with ${status}: ${JSON.stringify(json)}`);
    const scene = { credential, subject, handle: String(json['session']), preview: undefined };
    return { ...scene, ...(await prepare?.(scene)) };
  }

  /** The call as it is made after the outage, by a client that tries again. */
  async function againUntilTrue(tried: TriedCall, scene: Scene): Promise<void> {
    await eventually('an answer that is true', async () => {
      const reply = await tried.call(scene);
      return [200, 201].includes(reply.status) && tried.isTrue(scene, reply);
    });
  }

  /** Breaks the call at each of its commands in turn. Returns the answers. */
  async function statuses(
    tried: TriedCall,
    how: Stumble,
    lasts: 'blip' | 'until healed',
  ): Promise<number[]> {
    const found: number[] = [];
    // Each of these takes a second or more, until the client gives up.
    const step = how === 'silent' ? 3 : 1;
    for (let command = 0; command < COMMANDS_MAX; command += step) {
      // oxlint-disable no-await-in-loop -- one outage after the other
      const scene = await setScene(tried);
      way.stumbleAt(command, how, lasts);
      const reply = await tried.call(scene);
      const isOver = !way.hasStumbled;
      way.heal();
      const where = `${how} at command ${command}: ${reply.status} ${reply.body}`;
      if (reply.status < 300) {
        expect(await tried.isTrue(scene, reply), where).to.equal(true);
        if (tried.isEnd === true && reply.status === 200) {
          expect(reply.json['durable'], where).to.equal(true);
        }
      } else {
        expect(reply.status, where).to.equal(503);
        expect(reply.json['code'], where).to.equal('store_unavailable');
      }
      found.push(reply.status);
      await againUntilTrue(tried, scene);
      // oxlint-enable no-await-in-loop
      if (isOver) return found;
    }
    throw new Error(`more than ${COMMANDS_MAX} commands`);
  }

  for (const [what, tried] of Object.entries(CALLS)) {
    for (const how of ['unsent', 'unanswered'] as const) {
      it(`${what}: never says what is not true, if a command is ${how} in a blip`, async () => {
        const found = await statuses(tried, how, 'blip');
        expect(found.length).to.be.above(1);
        expect(found.at(-1)).to.be.oneOf([200, 201]);
      });
    }
    if (tried.isEnd !== true) continue;
    for (const how of ['unanswered', 'silent'] as const) {
      const away = how === 'silent' ? 'falls silent' : 'stays away';
      it(`${what}: never says what is not true, if the store ${away}`, async () => {
        const found = await statuses(tried, how, 'until healed');
        expect(found.slice(0, -1), String(found)).to.not.include(200);
      });
    }
  }
});
