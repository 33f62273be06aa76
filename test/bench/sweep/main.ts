// Sweeps all ended sessions, turn after turn without a rest. Its only argument names the Redis; it prints its figures as
// one line of JSON.

import { ALONE, benchSource, openBenchStore } from '../fill-store.ts';

const { url } = JSON.parse(process.argv[2] ?? '') as { url: string };

// Like the product's own turns.
const EXAMINED_MAX = 500;

const { sweeper, close } = await openBenchStore(url, ALONE);
const sources = new Map([['web', benchSource()]]);
const startedAtMs = performance.now();
const startCpu = process.cpuUsage();
let ended = 0;
let isMore = true;
while (isMore) {
  const report = await sweeper.sweep(sources, EXAMINED_MAX); // oxlint-disable-line no-await-in-loop
  ended += report.ended.idle + report.ended.absolute;
  isMore = report.more;
}
const ms = performance.now() - startedAtMs;
const { user, system } = process.cpuUsage(startCpu);
await close();
process.stdout.write(`${JSON.stringify({ ended, ms, cpuMs: (user + system) / 1_000 })}\n`);
