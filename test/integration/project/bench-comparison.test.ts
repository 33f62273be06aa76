import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { CannotCompare } from '../../bench/compare/cannot-compare.ts';
import { compareVersions } from '../../bench/compare/compare-versions.ts';
import { benchPolicy } from '../../bench/workload.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');
const CHECKS = { firstWarmUp: 2_000, warmUp: 100, measured: 1_000 };

describe('comparison of two running versions', function () {
  this.timeout(60_000); // five processes that start, and some loads
  let folder = '';

  before(async () => (folder = await mkdtemp(join(tmpdir(), 'curfew-comparison-'))));
  after(() => rm(folder, { recursive: true }));

  it('finds the one that wastes CPU time', async () => {
    // As much as it has used itself, once per turn of the event loop: about twice the CPU time on any machine.
    const waste = `let used = 0;
    const cpuTime = () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    };
    const burn = () => {
      const before = cpuTime();
      const until = before + (before - used);
      while (cpuTime() < until);
      used = until;
      setImmediate(burn);
    };
    burn();`;
    const wasteful = await program(
      'wasteful',
      `${waste}\nawait import('${pathToFileURL(MAIN).href}');`,
    );
    const { rounds, noVerdict } = await compare({ old: MAIN, new: wasteful });
    const [round] = rounds;
    expect(rounds).to.have.length(1);
    expect(round?.new.curfewUs).to.be.greaterThan(1.3 * (round?.old.curfewUs ?? NaN));
    expect(round?.old.curfewUs).to.be.greaterThan(0);
    expect(round?.old.redisUs).to.be.greaterThan(0);
    expect(noVerdict).to.have.keys('new', 'old');
  });

  it('is refused in one line where one of them does not start', async () => {
    const broken = await program('broken', `throw new Error('unknown option --key-file');`);
    const { message } = await refusal(compare({ old: broken, new: MAIN }));
    expect(message).to.match(/^old version does not serve: .*$/);
  });

  it('is refused in one line where most checks got no verdict', async () => {
    const policy = benchPolicy().replace('burst: 1000000', 'burst: 20');
    const { message } = await refusal(
      compare({ old: MAIN, new: MAIN }, policy.replace('per_second: 1000000', 'per_second: 1')),
    );
    expect(message).to.match(/^new version gave no verdict to \d\d\.\d % of its checks: too many/);
  });

  function compare(programs: { new: string; old: string }, policy: string = benchPolicy()) {
    const versions = {
      new: { name: 'new version', program: programs.new },
      old: { name: 'old version', program: programs.old },
    };
    const say = (): void => undefined;
    return compareVersions({
      versions,
      policies: { new: policy, old: policy },
      transport: undefined,
      rounds: 1,
      checks: CHECKS,
      say,
    });
  }

  async function program(name: string, text: string): Promise<string> {
    const path = join(folder, `${name}.mjs`);
    await writeFile(path, text);
    return path;
  }
});

async function refusal(comparison: Promise<unknown>): Promise<Error> {
  const error: unknown = await comparison.catch((fault: unknown) => fault);
  expect(error).to.be.instanceOf(CannotCompare);
  return error as Error;
}
