import { expect } from 'chai';
import type { IndexReviewed } from '../../../../../src/session/session-directory.ts';
import { IndexPass } from '../../../../../src/store/redis/sweep/index-pass.ts';

describe('IndexPass', () => {
  let asked: (readonly [string | undefined, number])[];
  let answers: Partial<IndexReviewed>[];
  let pass: IndexPass;

  beforeEach(() => {
    asked = [];
    answers = [];
    const reviewIndex = async (cursor: string | undefined, examinedMax: number) => {
      asked.push([cursor, examinedMax]);
      return { examined: 1, removed: 0, cursor: `after ${cursor}`, ...answers.shift() };
    };
    pass = new IndexPass({ reviewIndex }, 'start');
  });

  const turns = async (count: number) => {
    for (let turn = 0; turn < count; turn += 1) await pass.run();
  };

  it('takes one step each other turn, and goes on where it stopped', async () => {
    await turns(6);
    expect(asked).to.deep.equal([
      ['start', 1],
      ['after start', 1],
      ['after after start', 1],
    ]);
  });

  it('begins again at the end', async () => {
    answers = [{ cursor: undefined }];
    await turns(4);
    expect(asked[1]).to.deep.equal([undefined, 1]);
  });

  it('examines more, in each turn, where there is much to examine', async () => {
    answers = [{ examined: 30 }, { examined: 500 }, { examined: 29 }];
    await turns(6);
    expect(asked.map(([, max]) => max)).to.deep.equal([1, 500, 500, 1]);
  });

  it('says why a part was left out', async () => {
    const fault = new Error('a part is down');
    answers = [{ fault }];
    expect(await pass.run(), 'at rest').to.equal(undefined);
    expect(await pass.run()).to.equal(fault);
  });
});
