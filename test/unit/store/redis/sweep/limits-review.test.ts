import { expect } from 'chai';
import { limitWords } from '../../../../../src/store/redis/script-words.ts';
import type { StoreConnection } from '../../../../../src/store/redis/connection/store-connection.ts';
import { partitionKeys } from '../../../../../src/store/redis/store-keys.ts';
import { LimitsReview } from '../../../../../src/store/redis/sweep/limits-review.ts';
import type { PartitionWatch } from '../../../../../src/store/redis/sweep/partition-watch.ts';
import { SweepTurn } from '../../../../../src/store/redis/sweep/sweep-turn.ts';
import { keyOf, sourceWith } from '../../../../support/store/store-requests.ts';

const LATE = '99999999999999';

/** One partition with one session that is scored too late, and all that was sent for it. */
function scene() {
  const sent: string[] = [];
  const connection = {
    read: async (command: string) => {
      sent.push(command);
      if (command === 'ZSCAN') return ['0', [keyOf('s'), LATE]];
      if (command === 'HMGET') return ['1000', '1000', '0', 'web', null];
      return command === 'HGET' ? 'web' : 'OK';
    },
    run: async (script: string) => {
      sent.push(script);
      return { word: script === 'sweep' ? 'waiting' : 'ok', words: [] };
    },
  } as unknown as StoreConnection;
  const watched = { keys: partitionKeys(0), state: { isReviewed: false }, isStale: false };
  const watch = { partitions: [watched] } as unknown as PartitionWatch;
  const limits = new Map([['web', limitWords(sourceWith())]]);
  const review = new LimitsReview(connection, watch);
  const turn = async (isCurrent: () => boolean): Promise<boolean> =>
    review.run(new SweepTurn({ nowMs: 5_000, examinedMax: 1_000, isCurrent }, {}), limits);
  return { sent, turn };
}

describe('the review of a partition whose limits were tightened', () => {
  it('examines what is scored too late, and settles', async () => {
    const { sent, turn } = scene();
    expect(await turn(() => true)).to.equal(false);
    expect(sent).to.deep.equal(['HSET', 'ZSCAN', 'HMGET', 'HGET', 'sweep', 'limits']);
  });

  it('settles nothing if its rules are replaced while it looks, and looks again', async () => {
    const { sent, turn } = scene();
    expect(await turn(() => !sent.includes('ZSCAN'))).to.equal(true);
    expect(sent).to.deep.equal(['HSET', 'ZSCAN', 'HMGET']);
    sent.length = 0;
    expect(await turn(() => true)).to.equal(false);
    expect(sent).to.deep.equal(['ZSCAN', 'HMGET', 'HGET', 'sweep', 'limits']);
  });

  it('begins nothing once its rules are replaced', async () => {
    const { sent, turn } = scene();
    expect(await turn(() => false)).to.equal(true);
    expect(sent).to.deep.equal(['HSET']);
  });
});
