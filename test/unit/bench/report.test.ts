import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Part } from '../../bench/part.ts';
import { cpuTimesOf } from '../../bench/profile/cpu-profile.ts';
import { Report } from '../../bench/report.ts';

describe('report of a benchmark', () => {
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'curfew-report-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('keeps the results of the parts that did not run', async () => {
    const path = join(folder, 'README.md');
    const [one, other] = [part('one'), part('other')];
    await new Report(path, [one, other]).put(one, '## one\n\nfirst result');
    expect(readFileSync(path, 'utf8')).to.include('first result').and.include('Not measured yet');
    await new Report(path, [one, other]).put(other, '## other\n\nsecond result');
    await new Report(path, [one, other]).put(one, '## one\n\nthird result');
    const page = readFileSync(path, 'utf8');
    expect(page).to.include('third result').and.include('second result');
    expect(page).not.to.include('first result').and.not.include('Not measured yet');
    expect(page.split('## one')).to.have.length(2);
  });
});

describe('profile of CPU time', () => {
  it('gives each function its own time once, and its callers the whole, recursion included', () => {
    const at = (functionName: string, url: string) => ({ functionName, url, lineNumber: 1 });
    const ours = 'file:///somewhere/dist/policy/select.js';
    const times = cpuTimesOf({
      nodes: [
        { id: 1, callFrame: at('(root)', ''), children: [2, 5] },
        { id: 2, callFrame: at('outer', ours), children: [3] },
        { id: 3, callFrame: at('outer', ours), children: [4] },
        { id: 4, callFrame: at('parse', 'file:///x/node_modules/@scope/lib/dist/a.js') },
        { id: 5, callFrame: at('(idle)', '') },
      ],
      samples: [2, 3, 4, 5],
      timeDeltas: [1, 2, 4, 100],
    });
    expect(times.total).to.equal(7);
    expect([...times.selfByPlace]).to.deep.equal([
      ['curfew: policy', 3],
      ['@scope/lib', 4],
    ]);
    expect([...times.selfByFunction]).to.deep.equal([['policy/select outer', 3]]);
    expect([...times.wholeByFunction]).to.deep.equal([['policy/select outer', 7]]);
  });
});

function part(name: string): Part {
  return { name, title: name, isKept: true, run: () => Promise.resolve('') };
}
