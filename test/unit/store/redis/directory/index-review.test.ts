import { expect } from 'chai';
import { StoreUnavailable } from '../../../../../src/session/session-store.ts';
import type { ScriptRunner } from '../../../../../src/store/redis/connection/script-runner.ts';
import { IndexReview } from '../../../../../src/store/redis/directory/index-review.ts';

/** A store of which the second partition cannot be read. */
const connection = {
  time: async () => 0,
  read: async (_command: string, key: string) => {
    if (key.includes('{01}')) throw new StoreUnavailable('down', 'a part is down');
    return ['0', []];
  },
} as unknown as ScriptRunner;

describe('the review of the indexes', () => {
  it('goes on behind a partition that cannot be read, and says why', async () => {
    const review = new IndexReview(connection);
    const first = await review.review('63:0', 500);
    expect(first).to.deep.include({ examined: 2, cursor: '128:0' });
    expect(first.fault?.message).to.equal('a part is down');
    expect(await review.review(first.cursor, 1)).to.deep.equal({
      examined: 1,
      removed: 0,
      cursor: '129:0',
    });
  });
});
