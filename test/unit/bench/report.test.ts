import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Part } from '../../bench/part.ts';
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

function part(name: string): Part {
  return { name, title: name, isKept: true, run: () => Promise.resolve('') };
}
