import { expect } from 'chai';
import { readCommandLine } from '../../bench/command-line.ts';

const PARTS = ['check', 'redis'];
const read = (line: string) => readCommandLine(line.split(' ').filter(Boolean), PARTS);

describe('command line of the benchmark', () => {
  it('runs the parts that are named, or those that are kept', () => {
    const usual = { kind: 'parts', size: 'full', transport: undefined, runsSources: false };
    expect(read('')).to.deep.equal({ ...usual, parts: [] });
    expect(read('redis check --quick --source --transport grpc-js')).to.deep.equal({
      ...usual,
      parts: ['redis', 'check'],
      size: 'quick',
      runsSources: true,
      transport: 'grpc-js',
    });
  });

  it('compares with a commit in seventeen rounds, and judges nothing', () => {
    expect(read('check --against HEAD~3')).to.deep.equal({
      kind: 'compare',
      commit: 'HEAD~3',
      rounds: 17,
      withinPercent: undefined,
      policyPath: undefined,
      newPolicyPath: undefined,
      size: 'full',
      transport: undefined,
    });
  });

  it('compares as it is asked to', () => {
    const line = 'check --against v1 --rounds 25 --within 1.5 --policy a.yaml --transport fast';
    expect(read(line)).to.include({
      rounds: 25,
      withinPercent: 1.5,
      policyPath: 'a.yaml',
      transport: 'fast',
    });
    expect(read('check --against v1 --new-policy b.yaml')).to.include({ newPolicyPath: 'b.yaml' });
    expect(read('check --against v1 --quick')).to.include({ rounds: 6, size: 'quick' });
    expect(read('check --against v1 --within 0')).to.include({ withinPercent: 0 });
  });

  it('helps, whatever else is asked', () => {
    expect(read('check --help')).to.deep.equal({ kind: 'help' });
  });

  const mistakes: readonly (readonly [string, string])[] = [
    ['nope check', 'no part nope: there are check, redis'],
    ['--against HEAD', '--against compares one part: npm run bench -- check --against COMMIT'],
    [
      'redis --against HEAD',
      '--against compares one part: npm run bench -- check --against COMMIT',
    ],
    [
      'check redis --against HEAD',
      '--against compares one part: npm run bench -- check --against COMMIT',
    ],
    ['check --against=', '--against needs a commit'],
    ['check --against --rounds 12', "Option '--against' argument is ambiguous"],
    ['check --against', "Option '--against <value>' argument missing"],
    ['check --against a --against b', '--against is given twice'],
    ['check --against HEAD --source', '--against compares builds: leave --source out'],
    ['check --rounds 12', '--rounds needs --against COMMIT'],
    ['check --within 2', '--within needs --against COMMIT'],
    ['check --policy a.yaml', '--policy needs --against COMMIT'],
    ['check --against HEAD --policy=', '--policy needs a file'],
    ['check --new-policy a.yaml', '--new-policy needs --against COMMIT'],
    ['check --against HEAD --new-policy=', '--new-policy needs a file'],
    ['check --against HEAD --rounds 10', '--rounds is a whole number from 11 to 1000, not "10"'],
    [
      'check --against HEAD --rounds 5 --quick',
      '--rounds is a whole number from 6 to 1000 with --quick, not "5"',
    ],
    [
      'check --against HEAD --rounds 1001',
      '--rounds is a whole number from 11 to 1000, not "1001"',
    ],
    ['check --against HEAD --rounds 1e2', '--rounds is a whole number from 11 to 1000, not "1e2"'],
    ['check --against HEAD --rounds=', '--rounds is a whole number from 11 to 1000, not ""'],
    [
      'check --against HEAD --within=-1',
      '--within is a number of per cent from 0 to 100, not "-1"',
    ],
    [
      'check --against HEAD --within 2%',
      '--within is a number of per cent from 0 to 100, not "2%"',
    ],
    [
      'check --against HEAD --within 101',
      '--within is a number of per cent from 0 to 100, not "101"',
    ],
    ['--nope', "Unknown option '--nope'"],
    ['--quick=yes', "Option '--quick' does not take an argument"],
  ];
  for (const [line, answer] of mistakes) {
    it(`answers "${line}" in one line`, () => {
      expect(read(line)).to.deep.equal({ kind: 'mistake', line: answer });
    });
  }
});
