import type { GCProfilerResult } from 'node:v8';

/** The collections in a period, as V8 reports them, and the heap size before the first and after the last. */
export interface GcRecord {
  readonly collections: GCProfilerResult['statistics'];
  readonly usedBytesBefore: number;
  readonly usedBytesAfter: number;
}

export interface GcTotals {
  /** Everything that JavaScript allocated, without buffers outside the heap. */
  readonly allocatedBytes: number;
  /** Their number and total pause, by kind. */
  readonly byKind: ReadonlyMap<string, { readonly count: number; readonly pauseMs: number }>;
  /** The share of the young generation that survived its collections. */
  readonly survivedShare: number;
}

export function gcTotalsOf({ collections, usedBytesBefore, usedBytesAfter }: GcRecord): GcTotals {
  const byKind = new Map<string, { count: number; pauseMs: number }>();
  let [allocatedBytes, usedBytes] = [0, usedBytesBefore];
  let [lookedAt, kept] = [0, 0];
  for (const { gcType, cost, beforeGC, afterGC } of collections) {
    const known = byKind.get(gcType) ?? { count: 0, pauseMs: 0 };
    byKind.set(gcType, { count: known.count + 1, pauseMs: known.pauseMs + cost / 1_000 });
    const [before, after] = [beforeGC, afterGC].map((at) => at.heapStatistics.usedHeapSize);
    if (before === undefined || after === undefined) continue;
    allocatedBytes += before - usedBytes;
    usedBytes = after;
    if (gcType !== 'Scavenge') continue;
    const young = youngBytes(beforeGC.heapSpaceStatistics);
    lookedAt += young;
    kept += young - (before - after);
  }
  allocatedBytes += usedBytesAfter - usedBytes;
  return { allocatedBytes, byKind, survivedShare: kept / lookedAt };
}

function youngBytes(spaces: readonly { spaceName: string; spaceUsedSize: number }[]): number {
  return spaces.find(({ spaceName }) => spaceName === 'new_space')?.spaceUsedSize ?? NaN;
}
