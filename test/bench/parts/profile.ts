import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figure } from '../figures.ts';
import { markdownTable } from '../markdown-table.ts';
import type { Part } from '../part.ts';
import { cpuTimesOf } from '../profile/cpu-profile.ts';
import type { CpuProfile } from '../profile/cpu-profile.ts';
import { runLoad, warmUp } from '../run-load.ts';
import { serveCurfew } from '../serve-curfew.ts';
import { benchPolicy } from '../workload.ts';

const SIZES = {
  quick: { firstWarmUpMs: 1_000, measuredMs: 3_000, lines: 40 },
  full: { firstWarmUpMs: 5_000, measuredMs: 20_000, lines: 60 },
} as const;

/** Where Curfew's CPU time goes in a closed loop. For whoever makes it faster: printed, and not kept. */
export const profile: Part = {
  name: 'profile',
  title: 'Where the CPU time goes',
  isKept: false,
  run: async ({ size, program }) => {
    const { firstWarmUpMs, measuredMs, lines } = SIZES[size];
    const folder = await mkdtemp(join(tmpdir(), 'curfew-profile-'));
    try {
      const nodeArgs = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=200'];
      const served = await serveCurfew({ program, policy: benchPolicy(), nodeArgs });
      let checks: number;
      try {
        await warmUp(served.port, firstWarmUpMs);
        const pace = { kind: 'closed', inFlight: 64, warmUpMs: 0, measuredMs } as const;
        await runLoad({ port: served.port, pace });
        checks = await served.metric('curfew_checks_total');
      } finally {
        await served.stop();
      }
      const [file] = await readdir(folder);
      if (file === undefined) throw new Error('Node left no profile');
      const text = await readFile(join(folder, file), 'utf8');
      const times = cpuTimesOf(JSON.parse(text) as CpuProfile);
      const table = (what: string, sums: ReadonlyMap<string, number>): string => {
        const most = [...sums].toSorted(([, one], [, other]) => other - one).slice(0, lines);
        return markdownTable(
          [what, 'µs per check'],
          most.map(([name, us]) => [name, figure(us / checks)]),
        );
      };
      return `${figure(checks)} checks, ${figure(times.total / checks)} µs each, the start included.

${table('own code alone, by place', times.selfByPlace)}

${table('own code alone, by function of ours', times.selfByFunction)}

${table('with all that it calls, by function of ours', times.wholeByFunction)}`;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
