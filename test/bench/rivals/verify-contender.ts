import { Redis } from 'ioredis';
import type { SessionKey } from '../../../src/session/session-key.ts';
import { ending, openBenchStore, opening } from '../fill-store.ts';
import { eventually } from '../../support/time/eventually.ts';
import { askOnce } from '../first-allow.ts';
import type { Serving } from '../serve-curfew.ts';
import type { Contender } from './contender.ts';

/** A session to be ended. Each contender has its own. */
const ENDED_SESSIONS = 2_000_000_000;

/**
 * Verifies the minimum that a contender must do: it allows a live session, and denies the same session after another
 * client has ended it.
 * @throws if it does not, because its figures would mean nothing
 */
export async function verifyContender(
  { name, isRival }: Contender,
  { port, redis }: Serving,
  place: number,
): Promise<void> {
  const session = ENDED_SESSIONS + place;
  const expect = async (wanted: 'allow' | 'deny', when: string): Promise<void> => {
    // A machine that has just compiled may be busy still.
    const answer = await eventually('verdict', async () => {
      const one = await askOnce(port, session);
      return one === 'noVerdict' ? undefined : one;
    });
    if (answer !== wanted) throw new Error(`${name} answers ${answer} to a session ${when}`);
  };
  const client = new Redis(redis.url);
  const { store, close } = await openBenchStore(redis.url, 'nothing');
  try {
    const known = new Set(await client.keys(SESSIONS));
    if (isRival) {
      await expect('deny', 'that is unknown');
      await store.open(opening(session, undefined));
    }
    await expect('allow', 'that lives');
    const [key, ...others] = (await client.keys(SESSIONS)).filter((each) => !known.has(each));
    if (key === undefined || others.length > 0) throw new Error(`${name} opened no one session`);
    await store.end({ ...ending(session), key: key.split(':').at(-1) as SessionKey });
    await expect('deny', 'that was ended');
  } finally {
    await close();
    client.disconnect();
  }
}

const SESSIONS = 'curfew:1:*:session:*';
