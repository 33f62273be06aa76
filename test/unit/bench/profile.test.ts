import { expect } from 'chai';
import { allocationsOf } from '../../bench/profile/allocation-profile.ts';
import { cpuTimesOf } from '../../bench/profile/cpu-profile.ts';
import { gcTotalsOf } from '../../bench/profile/gc-record.ts';
import type { GcRecord } from '../../bench/profile/gc-record.ts';

describe('profile of CPU time', () => {
  it('gives each function its own time once, and its callers the whole, recursion included', () => {
    const at = (functionName: string, url: string) => ({ functionName, url, lineNumber: 1 });
    const ours = 'file:///somewhere/dist/policy/select.js';
    const times = cpuTimesOf({
      nodes: [
        { id: 1, callFrame: at('(root)', ''), children: [2, 5] },
        { id: 2, callFrame: at('outer', ours), children: [3] },
        { id: 3, callFrame: at('outer', ours), children: [4] },
        { id: 4, callFrame: at('parse', 'file:///x/node_modules/@scope/lib/dist/a.js') },
        { id: 5, callFrame: at('(idle)', '') },
      ],
      samples: [2, 3, 4, 5],
      timeDeltas: [1, 2, 4, 100],
    });
    expect(times.total).to.equal(7);
    expect([...times.selfByPlace]).to.deep.equal([
      ['curfew: policy', 3],
      ['@scope/lib', 4],
    ]);
    expect([...times.selfByFunction]).to.deep.equal([
      ['policy/select outer', 3],
      ['@scope/lib/dist/a.js parse', 4],
    ]);
    expect([...times.wholeByFunction]).to.deep.equal([['policy/select outer', 7]]);
  });
});

describe('profile of allocations', () => {
  it('gives each function its own bytes, and its callers the whole', () => {
    const at = (functionName: string, url: string) => ({ functionName, url, lineNumber: 6 });
    const costs = allocationsOf({
      head: {
        callFrame: at('(root)', ''),
        selfSize: 0,
        children: [
          {
            callFrame: at('handle', 'file:///somewhere/src/authz/handle.ts'),
            selfSize: 10,
            children: [
              { callFrame: at('', 'node:internal/x'), selfSize: 5, children: [] },
              { callFrame: at('(V8 API)', ''), selfSize: 1, children: [] },
            ],
          },
        ],
      },
    });
    expect(costs.total).to.equal(16);
    expect([...costs.selfByFunction]).to.deep.equal([
      ['authz/handle handle', 10],
      ['node:internal/x (anonymous in line 7)', 5],
      ['(V8 API)', 1],
    ]);
    expect([...costs.wholeByFunction]).to.deep.equal([['authz/handle handle', 16]]);
  });
});

describe('record of collections', () => {
  it('sums what was allocated before, between and after them, and what survived', () => {
    const totals = gcTotalsOf({
      usedBytesBefore: 100,
      collections: [
        collection('Scavenge', 3_000, { before: 150, after: 120, young: 40 }),
        collection('MarkSweepCompact', 9_000, { before: 200, after: 60, young: 90 }),
        collection('Scavenge', 1_000, { before: 100, after: 70, young: 60 }),
      ],
      usedBytesAfter: 75,
    });
    expect(totals.allocatedBytes).to.equal(50 + 80 + 40 + 5);
    expect([...totals.byKind]).to.deep.equal([
      ['Scavenge', { count: 2, pauseMs: 4 }],
      ['MarkSweepCompact', { count: 1, pauseMs: 9 }],
    ]);
    expect(totals.survivedShare).to.equal((10 + 30) / 100);
  });

  it('counts what was allocated when nothing was collected', () => {
    const none = { usedBytesBefore: 10, collections: [], usedBytesAfter: 35 };
    expect(gcTotalsOf(none).allocatedBytes).to.equal(25);
  });
});

interface Used {
  readonly before: number;
  readonly after: number;
  readonly young: number;
}

function collection(gcType: string, cost: number, used: Used): GcRecord['collections'][number] {
  const at = (usedHeapSize: number, spaceUsedSize: number) => ({
    heapStatistics: { usedHeapSize },
    heapSpaceStatistics: [{ spaceName: 'new_space', spaceUsedSize }],
  });
  const [beforeGC, afterGC] = [at(used.before, used.young), at(used.after, 0)];
  return { gcType, cost, beforeGC, afterGC } as unknown as GcRecord['collections'][number];
}
