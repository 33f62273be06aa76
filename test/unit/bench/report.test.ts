import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PARTS } from '../../bench/all-parts.ts';
import type { Part } from '../../bench/part.ts';
import { Report } from '../../bench/report.ts';

const PAGE = join(import.meta.dirname, '..', '..', 'bench', 'README.md');

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

  it('would leave the page as it is, were the same measured again', async () => {
    const page = readFileSync(PAGE, 'utf8');
    const kept = PARTS.filter(({ isKept }) => isKept);
    const copy = join(folder, 'copy.md');
    writeFileSync(copy, page);
    const report = new Report(copy, kept);
    for (const each of kept) {
      const section = new RegExp(
        `<!-- bench:${each.name} -->(.*)<!-- /bench:${each.name} -->`,
        's',
      );
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as the benchmark does
      await report.put(each, section.exec(page)?.[1]?.trim() ?? 'not on the page');
    }
    expect(readFileSync(copy, 'utf8')).to.equal(page);
  });
});

function part(name: string): Part {
  return { name, title: name, isKept: true, run: () => Promise.resolve('') };
}
