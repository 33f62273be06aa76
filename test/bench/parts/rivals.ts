import { setTimeout as sleep } from 'node:timers/promises';
import { provideH2load } from '../h2load.ts';
import { canPin } from '../on-core.ts';
import type { BenchOptions, Part } from '../part.ts';
import { cpuMsOf, memoryOf } from '../process-usage.ts';
import { inRounds, spreadOf } from '../rounds.ts';
import { warmUp } from '../run-load.ts';
import { checkRequestOf } from '../workload.ts';
import { h2load, IN_FLIGHT, ownLoad } from '../rivals/contest-load.ts';
import type { LoadFigures } from '../rivals/contest-load.ts';
import { startContest } from '../rivals/contest.ts';
import type { Contest, Entry } from '../rivals/contest.ts';
import { goalTable } from '../rivals/goal-table.ts';
import { Results } from '../rivals/results.ts';
import type { LoadName } from '../rivals/results.ts';

const SIZES = {
  quick: { rounds: 1, starts: 1, restMs: 500, firstWarmUpMs: 1_000, warmUpMs: 300, measuredMs: 1_000, manyChecks: 10_000 }, // prettier-ignore
  full: { rounds: 5, starts: 5, restMs: 5_000, firstWarmUpMs: 8_000, warmUpMs: 1_000, measuredMs: 5_000, manyChecks: 1_000_000 }, // prettier-ignore
} as const;
const LOW_RATE = 1_000;

/** Curfew compared with purpose-built servers in Go and Rust for the core of the same task. */
export const rivals: Part = {
  name: 'rivals',
  title: 'Beside servers in Go and Rust',
  isKept: true,
  run: async (options) => {
    const contest = await startContest(options);
    try {
      const results = new Results(contest.entries.map(({ contender }) => contender.name));
      await atRest(options, contest, results);
      await underLoad(options, contest, results);
      await afterMany(options, contest, results);
      await startUps(options, contest, results);
      return [
        words(options, contest),
        results.tables(),
        goalTable(results),
        AFTERWORD,
        ...contest.absences,
      ].join('\n\n');
    } finally {
      await contest.stop();
    }
  },
};

async function atRest({ size }: BenchOptions, { entries }: Contest, results: Results) {
  const { restMs } = SIZES[size];
  await sleep(restMs);
  const used = entries.map(({ serving }) => cpuMsOf(serving.pid));
  await sleep(restMs);
  for (const [place, { contender, serving }] of entries.entries()) {
    const idleMs = cpuMsOf(serving.pid) - (used[place] ?? NaN);
    results.note(contender.name, 'idle', (idleMs * 1_000) / restMs);
    results.note(contender.name, 'restMb', memoryOf(serving.pid).nowMb);
  }
}

async function underLoad(options: BenchOptions, { entries }: Contest, results: Results) {
  const { rounds, firstWarmUpMs, warmUpMs, measuredMs } = SIZES[options.size];
  const times = { warmUpMs, measuredMs };
  const inTurn = async (
    name: LoadName,
    round: number,
    load: (entry: Entry) => Promise<LoadFigures>,
  ): Promise<void> => {
    for (const entry of entries) {
      options.say(`${name}, round ${round} of ${rounds}: ${entry.contender.name}`);
      // oxlint-disable-next-line no-await-in-loop -- they must not disturb each other
      results.add(name, entry.contender.name, await load(entry));
    }
  };
  for (const { contender, serving } of entries) {
    options.say(`warming up ${contender.name}`);
    await warmUp(serving.port, firstWarmUpMs); // oxlint-disable-line no-await-in-loop
  }
  const isThere = await provideH2load();
  await inRounds(rounds, async (round) => {
    if (isThere) await inTurn('h2load', round, ({ serving }) => h2load(serving, times));
    const pace = { kind: 'closed', inFlight: IN_FLIGHT, ...times } as const;
    await inTurn('closed', round, (entry) => ownLoad(entry, pace));
  });
  const open = async (entry: Entry, perSecond: number): Promise<LoadFigures> =>
    ownLoad(entry, { kind: 'open', perSecond, ...times });
  await inRounds(rounds, async (round) => {
    await inTurn('low', round, (entry) => open(entry, LOW_RATE));
    await inTurn('half', round, (entry) => open(entry, halfRate(results, entry.contender.name)));
  });
}

/** Half of its rate in the closed loop. */
function halfRate(results: Results, name: string): number {
  const most = spreadOf(results.rounds('closed', name).map(({ perSecond }) => perSecond)).median;
  return Math.round(most / 200) * 100;
}

async function afterMany({ size, say }: BenchOptions, { entries }: Contest, results: Results) {
  const calls = SIZES[size].manyChecks;
  for (const entry of entries) {
    const { contender, serving } = entry;
    say(`${calls} checks: ${contender.name}`);
    results.note(contender.name, 'beforeManyMb', memoryOf(serving.pid).nowMb);
    // oxlint-disable-next-line no-await-in-loop -- they must not disturb each other
    await ownLoad(entry, { kind: 'count', inFlight: IN_FLIGHT, calls });
    const { nowMb, peakMb } = memoryOf(serving.pid);
    results.note(contender.name, 'afterManyMb', nowMb);
    results.note(contender.name, 'peakMb', peakMb);
  }
}

async function startUps(options: BenchOptions, { entries, store }: Contest, results: Results) {
  await inRounds(SIZES[options.size].starts, async (round) => {
    for (const { contender } of entries) {
      options.say(`start ${round} of ${contender.name}`);
      const serving = await contender.start(store); // oxlint-disable-line no-await-in-loop
      results.note(contender.name, 'startMs', serving.firstAllowMs);
      await serving.stop(); // oxlint-disable-line no-await-in-loop
    }
  });
}

function words({ size }: BenchOptions, { entries }: Contest): string {
  const { rounds, warmUpMs, measuredMs } = SIZES[size];
  const where = canPin
    ? 'The servers have one core, which they use in turn; Redis and the load share the other.'
    : 'No server has its own core, because this machine cannot bind processes to a core.';
  const names = entries.map(({ contender }) => contender.name).join(' → ');
  return `\`npm run bench -- rivals\` builds, verifies and measures all of them in one run.

**What each of them does.** Curfew is the product with everything on: 50 policies, of which the last
one matches; metrics, metadata for Envoy, limits, deadlines, two HMACs, and a strictly read request.
The rivals in \`test/bench/rivals\` are purpose-built servers for the core of the task: the official
messages, one cookie, one SHA-256, one script, allow or deny. They have no policies, no metrics, no
metadata, no log, no opening and no reload. So they do far less, and their figures show what the
language and its libraries make possible, not what a product in that language would need.

- Go: grpc-go with go-redis as they come, with GOMAXPROCS=1 because it has one core.
- Go tuned: the same program with the settings that make it cheapest under load: go-redis’ pipelining
  across calls, which is experimental and costs more at a low rate, 100 stream workers of grpc-go,
  and GOGC=400.
- Rust: tonic with redis-rs on one thread and one multiplexed connection, built for release with
  link-time optimisation. Its messages have only the fields of \`proto/\`; the rest of a request is
  skipped.

For a known session all of them run the same Lua text with the same arguments, as observed from
Curfew, over one Redis. Each was seen to allow a live session, and to deny the same session after it
had been ended.

**How.** ${where}
One CheckRequest of ${checkRequestOf(0, 'raw').length} bytes with 23 headers, four connections, ${IN_FLIGHT} in flight in the closed loops.
Median (min–max) of ${rounds} rounds of ${measuredMs / 1_000} s after ${warmUpMs / 1_000} s of warm-up. In each round they take turns:
${names}.
CPU time is that of whole processes from /proc, in nanoseconds. In the open loop checks come at a
fixed rate. Latency counts from the instant that a check was due, so the load’s own lateness, shown
beside it, is part of it. Every answer to our own load was read and was an allow, except for those
counted as without a verdict. These include calls that a rival never answered (grpc-go leaves some
when Redis stalls beyond their deadline); they are in no percentile. For each of h2load’s answers
Redis has run a script. If load and Redis use up their core, they limit the rate, not the server:
compare CPU time.`;
}

const AFTERWORD = `Memory is resident memory in MB of 1 000 000 bytes. The million checks come after all the loads
above.`;
