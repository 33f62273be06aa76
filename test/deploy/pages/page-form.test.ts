import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, allPages, pageText, proseOf } from '../../support/pages/all-pages.ts';

const COLUMNS_MAX = 100;
const README_WORDS_MAX = 1_200;

/** Written by programs, with tables as wide as their figures. */
const WIDE = ['test/bench/README.md', 'test/faults/RESULTS.md'];

/** Files of the repository that a page names between back-ticks. */
const NAMED_FILE =
  /`((?:deploy|docs|findings|proto|src|test|tools)\/[\w./-]+\.(?:ts|mjs|lua|md|yaml|json))`/g;

/** What readers make themselves, and what has a name of their choice. */
const READERS_OWN = /^deploy\/kubernetes\/overlays\/mine\/|\bNAME\b/;

function wideLinesOf(page: string, text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, at) =>
      line.length > COLUMNS_MAX ? [`${page}:${at + 1}: ${line.length} columns`] : [],
    );
}

function wordsOf(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length;
}

function missingFilesOf(page: string, prose: string): string[] {
  return [...prose.matchAll(NAMED_FILE)]
    .map(([, path = '']) => path)
    .filter((path) => !READERS_OWN.test(path) && !existsSync(join(ROOT, path)))
    .map((path) => `${page}: ${path}`);
}

describe('the pages', () => {
  const pages = allPages().filter((page) => !WIDE.includes(page));

  it(`have at most ${COLUMNS_MAX} columns`, () => {
    expect(pages).to.include.members(['README.md', 'docs/policy-file.md', 'deploy/runbook.md']);
    expect(pages.flatMap((page) => wideLinesOf(page, pageText(page)))).to.deep.equal([]);
    expect(wideLinesOf('a.md', `\n${'ä'.repeat(100)}\n${'ä'.repeat(101)}`)).to.deep.equal([
      'a.md:3: 101 columns',
    ]);
  });

  it('name only files that exist', () => {
    expect(allPages().flatMap((page) => missingFilesOf(page, proseOf(page)))).to.deep.equal([]);
    expect(missingFilesOf('a.md', 'see `src/nothing.ts`')).to.deep.equal(['a.md: src/nothing.ts']);
  });

  it(`begin with a README of at most ${README_WORDS_MAX} words`, () => {
    expect(wordsOf(' one  two\nthree ')).to.equal(3);
    expect(wordsOf(pageText('README.md'))).to.be.within(500, README_WORDS_MAX);
  });
});
