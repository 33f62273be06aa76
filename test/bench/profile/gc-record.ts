import type { GCProfilerResult } from 'node:v8';

/** The collections of a while, as V8 tells them, and how full the heap was before the first and after the last. */
export interface GcRecord {
  readonly collections: GCProfilerResult['statistics'];
  readonly usedBytesBefore: number;
  readonly usedBytesAfter: number;
}

export interface GcTotals {
  /** Everything that JavaScript allocated; buffers outside the heap are not in it. */
  readonly allocatedBytes: number;
  /** How many there were and how long they stopped the program, by kind. */
  readonly byKind: ReadonlyMap<string, { readonly count: number; readonly pauseMs: number }>;
  /** Of what young collections looked at, the share that had to be kept. */
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
