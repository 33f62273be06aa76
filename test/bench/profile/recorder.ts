// Loaded into Curfew by `--import` with `?folder=…`. The signal SIGUSR2 starts a record, the next one ends it and writes
// it to the folder: first of the collections, then of CPU time, then of allocations. One at a time, because each disturbs
// the others.

import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { GCProfiler, getHeapStatistics } from 'node:v8';
import type { GcRecord } from './gc-record.ts';

const CPU_INTERVAL_US = 200;
const ALLOCATION_INTERVAL_BYTES = 32_768;

const folder = new URL(import.meta.url).searchParams.get('folder') ?? '.';
const session = new Session();
session.connect();

/** Begins a record; the result ends it. */
type Begin = () => () => void;

const recordCollections: Begin = () => {
  const profiler = new GCProfiler();
  const usedBytesBefore = getHeapStatistics().used_heap_size;
  profiler.start();
  return () => {
    const usedBytesAfter = getHeapStatistics().used_heap_size;
    const { statistics: collections } = profiler.stop();
    keep('collections', { collections, usedBytesBefore, usedBytesAfter } satisfies GcRecord);
  };
};

const recordCpu: Begin = () => {
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: CPU_INTERVAL_US });
  session.post('Profiler.start');
  return () => session.post('Profiler.stop', (_, { profile }) => keep('cpu', profile));
};

const recordAllocations: Begin = () => {
  session.post('HeapProfiler.startSampling', {
    samplingInterval: ALLOCATION_INTERVAL_BYTES,
    // Nearly all objects die young: without these the profile would be empty.
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  return () => {
    session.post('HeapProfiler.stopSampling', (_, { profile }) => keep('allocations', profile));
  };
};

const records = [recordCollections, recordCpu, recordAllocations];
let end: (() => void) | undefined;
process.on('SIGUSR2', () => {
  if (end === undefined) {
    end = records.shift()?.();
  } else {
    end();
    end = undefined;
  }
});

// The file appears complete, because another process waits for it.
function keep(name: string, record: unknown): void {
  const path = join(folder, `${name}.json`);
  writeFileSync(`${path}.part`, JSON.stringify(record));
  renameSync(`${path}.part`, path);
}
