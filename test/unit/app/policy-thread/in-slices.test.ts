import { expect } from 'chai';
import { inSlices } from '../../../../src/app/policy-thread/in-slices.ts';

const STEPS = 30;
const STEP_MS = 1;

/** Steps of a millisecond each, without a pause between them. */
function* busy(): Generator<undefined, string, undefined> {
  for (let i = 0; i < STEPS; i += 1) {
    const endsAtMs = performance.now() + STEP_MS;
    while (performance.now() < endsAtMs);
    yield;
  }
  return 'done';
}

describe('inSlices', () => {
  it('lets others have their turn while long work is done', async () => {
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    expect(await inSlices(busy(), new AbortController().signal)).to.equal('done');
    clearImmediate(next);
    // A slice ends with the first of these steps.
    expect(turns).to.be.at.least(STEPS - 1);
  });

  it('stops once it is aborted', async () => {
    const closing = new AbortController();
    const work = inSlices(busy(), closing.signal).catch((error: unknown) => error);
    closing.abort(new Error('closed'));
    expect(String(await work)).to.contain('closed');
  });
});
