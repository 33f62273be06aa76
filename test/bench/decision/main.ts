// Times the stages of a decision, without a store and without a transport. Its only argument is the duration; it prints
// microseconds by stage and round as one line of JSON.

import { stages } from './stages.ts';

const { rounds, roundMs } = JSON.parse(process.argv[2] ?? '') as {
  rounds: number;
  roundMs: number;
};

const BATCH = 200;
const WARM_UP_ROUNDS = 2;
const micros: Record<string, number[]> = {};
for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
  for (const stage of stages) {
    const us = await timeOf(stage.run); // oxlint-disable-line no-await-in-loop
    if (round >= 0) (micros[stage.name] ??= []).push(us);
  }
}
process.stdout.write(`${JSON.stringify(micros)}\n`);

/** Microseconds for one run. */
async function timeOf(run: (n: number) => unknown): Promise<number> {
  const startedAtMs = performance.now();
  let runs = 0;
  let elapsedMs = 0;
  for (; elapsedMs < roundMs; elapsedMs = performance.now() - startedAtMs) {
    for (let n = 0; n < BATCH; n += 1, runs += 1) {
      const done = run(runs);
      if (done === undefined) throw new Error('a stage without a result could be optimised away');
      if (done instanceof Promise) await done; // oxlint-disable-line no-await-in-loop
    }
  }
  return (elapsedMs * 1_000) / runs;
}
