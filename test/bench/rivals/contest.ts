import { forSessions, openBenchStore, opening } from '../fill-store.ts';
import { PROBE_SESSION } from '../first-allow.ts';
import { moveToCore } from '../on-core.ts';
import type { BenchOptions } from '../part.ts';
import type { Serving, SharedStore } from '../serve-curfew.ts';
import { writeKeyFile } from '../../support/files/key-file.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { Contender } from './contender.ts';
import { buildRivals, curfewContenders } from './contenders.ts';
import { observeTouch } from './touch-script.ts';
import { verifyContender } from './verify-contender.ts';

/** The sessions that the loads use in turn. */
export const SESSIONS = 1_000;

/** All servers, running at the same time over one Redis, so that they can take turns. */
export interface Contest {
  readonly entries: readonly Entry[];
  /** One line for each server that is missing. */
  readonly absences: readonly string[];
  readonly store: SharedStore;
  stop(): Promise<void>;
}

export interface Entry {
  readonly contender: Contender;
  readonly serving: Serving;
}

/**
 * Starts and verifies them.
 * @param curfews by default one for each transport
 * @throws if one of them does not do what it must
 */
export async function startContest(
  options: BenchOptions,
  curfews: readonly Contender[] = curfewContenders(options),
): Promise<Contest> {
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- in reverse order, one after the other
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    const redis = await startRedisServer();
    closers.push(() => redis.stop());
    moveToCore('others', redis.pid);
    const keyFile = await writeKeyFile();
    closers.push(() => keyFile.remove());
    const store = { redis, keyPath: keyFile.path };
    const entries: Entry[] = [];
    const enter = async (contender: Contender): Promise<Entry> => {
      const serving = await contender.start(store);
      closers.push(() => serving.stop());
      await verifyContender(contender, serving, entries.length);
      const entry = { contender, serving };
      entries.push(entry);
      return entry;
    };
    await openSessions(redis.url);
    const [first, ...others] = curfews;
    if (first === undefined) throw new Error(`Curfew has no transport ${options.transport}`);
    const script = await observeTouch((await enter(first)).serving);
    closers.push(() => script.remove());
    options.say('building the rivals');
    const { contenders, absences } = await buildRivals(script);
    // oxlint-disable-next-line no-await-in-loop -- the order of the rows
    for (const contender of [...others, ...contenders]) await enter(contender);
    return { entries, absences, store, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** For servers that open no sessions themselves. */
async function openSessions(url: string): Promise<void> {
  const { store, close } = await openBenchStore(url, 'nothing');
  try {
    await forSessions(SESSIONS, (session) => store.open(opening(session, undefined)));
    await store.open(opening(PROBE_SESSION, undefined));
  } finally {
    await close();
  }
}
