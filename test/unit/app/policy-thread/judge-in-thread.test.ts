import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { judgeInThread } from '../../../../src/app/policy-thread/judge-in-thread.ts';
import { judgePolicyFile } from '../../../../src/policy/parse-policy-file.ts';
import { eventually } from '../../../support/time/eventually.ts';
import { largestPolicyFile } from '../../../support/files/largest-policy-file.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'policies');
const signal = new AbortController().signal;
const program = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

/** Those of this process, with the ones that V8 and Node start for themselves. */
const threads = (): number => readdirSync('/proc/self/task').length;

/** The nice values of all threads of this process: field 19 of stat, the 17th after the name. */
const priorities = (): number[] =>
  readdirSync('/proc/self/task').map((task) => {
    const stat = readFileSync(`/proc/self/task/${task}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });

describe('judgeInThread', function () {
  this.timeout(60_000);
  this.slow(10_000);

  it('finds what this thread finds, in good files and in bad ones', async () => {
    for (const kind of ['valid', 'mistakes']) {
      const folder = join(FIXTURES, kind);
      const [first = '', second = ''] = readdirSync(folder);
      for (const name of [first, second]) {
        const text = readFileSync(join(folder, name), 'utf8');
        // oxlint-disable-next-line no-await-in-loop -- one thread at a time
        const judged = await judgeInThread(text, 'curfew.yaml', { signal });
        expect(judged).to.deep.equal(judgePolicyFile(text, 'curfew.yaml'));
      }
    }
  });

  it('goes on with other work while a file at all limits is judged', async () => {
    const text = largestPolicyFile();
    let longestMs = 0;
    let beforeMs = performance.now();
    const turn = (): void => {
      const nowMs = performance.now();
      longestMs = Math.max(longestMs, nowMs - beforeMs);
      beforeMs = nowMs;
    };
    const turns = setInterval(turn, 1);
    const startedAtMs = performance.now();
    const judged = await judgeInThread(text, 'curfew.yaml', { signal, timeMaxMs: 50_000 });
    clearInterval(turns);
    expect(judged.kind === 'ok' && judged.file.policies.length).to.equal(1_000);
    // A machine that is busy with other things pauses this thread, too, but not for so long.
    expect(longestMs).to.be.below((performance.now() - startedAtMs) / 4);
  });

  let before: number;
  beforeEach(() => {
    before = threads();
  });
  afterEach('no thread is left', () => eventually('end', () => threads() <= before));

  it('has a lower priority than the checks', async () => {
    const own = getPriority();
    const judging = judgeInThread(largestPolicyFile(), 'x', { signal, timeMaxMs: 50_000 });
    await eventually('a thread of lower priority', () => priorities().includes(own + 10), 20_000);
    expect(getPriority()).to.equal(own);
    await judging;
  });

  it('says so when the thread dies, and when it ends without an answer', async () => {
    const faults: unknown[] = [];
    for (const code of ['throw new Error("no memory")', 'process.exit(3)', '']) {
      // oxlint-disable-next-line no-await-in-loop -- one thread at a time
      faults.push(await judgeInThread('', 'x', { signal, program: program(code) }).catch(String));
    }
    expect(faults).to.deep.equal([
      'Error: no memory',
      'Error: its thread has ended without an answer',
      'Error: its thread has ended without an answer',
    ]);
  });

  it('ends a thread that takes too long, and one whose answer is not needed any more', async () => {
    const hanging = program('for (;;);');
    const late = judgeInThread('', 'x', { signal, program: hanging, timeMaxMs: 200 });
    expect(await late.catch(String)).to.equal('Error: it takes longer than 0.2 s');
    const closing = new AbortController();
    const needless = judgeInThread('', 'x', { signal: closing.signal, program: hanging });
    closing.abort();
    expect(await needless.catch(String)).to.contain('AbortError');
  });
});
