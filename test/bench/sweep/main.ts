// Sweeps everything that is over, turn after turn without a rest. Its only argument names the Redis; prints what it
// came to as one line of JSON.

import { benchSource, openBenchStore } from '../fill-store.ts';

const { url } = JSON.parse(process.argv[2] ?? '') as { url: string };

// As the product's own turns.
const EXAMINED_MAX = 500;

const store = await openBenchStore(url);
const sources = new Map([['web', benchSource()]]);
const startedAtMs = performance.now();
const startCpu = process.cpuUsage();
let ended = 0;
let isMore = true;
while (isMore) {
  const report = await store.sweep(sources, EXAMINED_MAX); // oxlint-disable-line no-await-in-loop
  ended += report.ended.idle + report.ended.absolute;
  isMore = report.more;
}
const ms = performance.now() - startedAtMs;
const { user, system } = process.cpuUsage(startCpu);
await store.close();
process.stdout.write(`${JSON.stringify({ ended, ms, cpuMs: (user + system) / 1_000 })}\n`);
