import type { Redis } from 'ioredis';

const MEMBER_SUBJECT_LENGTH = 16;

/** Everything that a Redis holds about sessions, as it was read at one moment without writers. */
interface Held {
  /** Records and tombstones, by session key. */
  readonly records: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly deadlines: ReadonlySet<string>;
  /** Entries of all indexes: part of the subject key, then the session key. */
  readonly entries: ReadonlySet<string>;
  readonly counted: number;
  readonly pending: number;
  readonly events: readonly Readonly<Record<string, string>>[];
}

/**
 * What does not fit together in a Redis after all sweepers are done: records, deadlines, indexes,
 * counts and events. An entry of a session that was never opened is none of it: its opening may still
 * come.
 */
export async function inconsistencies(redis: Redis): Promise<readonly string[]> {
  const held = await read(redis);
  const live = [...held.records].filter(([, { e }]) => e === undefined);
  const found: string[] = [];
  if (held.pending > 0) found.push(`${held.pending} ends are pending`);
  if (held.counted !== live.length) {
    found.push(`${held.counted} of ${live.length} sessions are counted`);
  }
  for (const [session, { u }] of live) {
    if (!held.deadlines.has(session)) found.push(`${session} has no deadline`);
    if (u !== undefined && !held.entries.has(entryOf(u, session))) {
      found.push(`${session} is in no index`);
    }
  }
  for (const session of held.deadlines) {
    if (held.records.get(session)?.['e'] !== undefined || !held.records.has(session)) {
      found.push(`${session} has a deadline, but is not live`);
    }
  }
  for (const entry of held.entries) {
    const session = entry.slice(MEMBER_SUBJECT_LENGTH);
    if (held.records.get(session)?.['e'] !== undefined) {
      found.push(`${session} has ended, but is in an index`);
    }
  }
  return [...found, ...eventsThatDiffer(held)];
}

function eventsThatDiffer({ records, events }: Held): readonly string[] {
  const count = (session: string, kind: string): number =>
    events.filter((event) => event['session'] === session && event['kind'] === kind).length;
  return [...records].flatMap(([session, { s, e }]) => {
    const [opened, ended] = [count(session, 'opened'), count(session, 'ended')];
    const isRight = opened === (s === undefined ? 0 : 1) && ended === (e === undefined ? 0 : 1);
    return isRight ? [] : [`${session} has ${opened} openings and ${ended} ends`];
  });
}

async function read(redis: Redis): Promise<Held> {
  const keys = await redis.keys('curfew:1:{*');
  const named = (part: string): string[] => keys.filter((key) => key.includes(`}:${part}`));
  const members = async (part: string): Promise<string[]> =>
    (await Promise.all(named(part).map(async (key) => redis.zrange(key, '0', '-1')))).flat();
  const records = await Promise.all(
    named('session:').map(async (key) => {
      const [, session = ''] = key.split('session:');
      return [session, await redis.hgetall(key)] as const;
    }),
  );
  const counts = await Promise.all(named('active').map(async (key) => redis.hvals(key)));
  const streams = await Promise.all(
    named('events').map(async (key) => redis.xrange(key, '-', '+')),
  );
  return {
    records: new Map(records),
    deadlines: new Set(await members('deadlines')),
    entries: new Set(await members('index:')),
    counted: counts.flat().reduce((sum, count) => sum + Number(count), 0),
    pending: (await members('pending')).length,
    events: streams.flat().map(([, fields]) => fieldsOf(fields)),
  };
}

function fieldsOf(words: readonly string[]): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (let index = 0; index + 1 < words.length; index += 2) {
    fields[words[index] ?? ''] = words[index + 1] ?? '';
  }
  return fields;
}

/** As `memberOf` in src/store/redis/directory/index-entry.ts spells it. */
function entryOf(subject: string, session: string): string {
  return subject.slice(2, 2 + MEMBER_SUBJECT_LENGTH) + session;
}
