import { expect } from 'chai';
import { Lifecycle } from '../../../src/process/lifecycle.ts';
import type { CloseFault } from '../../../src/process/lifecycle.ts';

describe('lifecycle', () => {
  it('closes in reverse order, one step after the other', async () => {
    const closed: string[] = [];
    const lifecycle = new Lifecycle(() => undefined);
    for (const step of ['store', 'server', 'watch']) {
      lifecycle.opened(step, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        closed.push(step);
      });
    }
    await lifecycle.close();
    expect(closed).to.deep.equal(['watch', 'server', 'store']);
  });

  it('goes on after a step that fails or hangs, and reports both', async () => {
    const faults: CloseFault[] = [];
    let isStoreClosed = false;
    const lifecycle = new Lifecycle((fault) => faults.push(fault));
    lifecycle.opened('store', () => {
      isStoreClosed = true;
    });
    lifecycle.opened('hangs', () => new Promise<void>(() => undefined), 20);
    lifecycle.opened('throws', () => {
      throw new Error('broken');
    });
    await lifecycle.close();
    expect(isStoreClosed).to.equal(true);
    expect(faults.map(({ step, fault, error }) => [step, fault, error?.message])).to.deep.equal([
      ['throws', 'failed', 'broken'],
      ['hangs', 'timed_out', undefined],
    ]);
  });

  it('closes only once, no matter how often it is asked', async () => {
    let closings = 0;
    const lifecycle = new Lifecycle(() => undefined);
    lifecycle.opened('store', () => {
      closings += 1;
    });
    await Promise.all([lifecycle.close(), lifecycle.close()]);
    await lifecycle.close();
    expect(closings).to.equal(1);
  });

  it('accepts nothing new while it closes', async () => {
    const lifecycle = new Lifecycle(() => undefined);
    await lifecycle.close();
    expect(() => lifecycle.opened('late', () => undefined)).to.throw(/late was opened/);
  });
});
