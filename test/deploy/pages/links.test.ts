import { expect } from 'chai';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, allPages, proseOf } from '../../support/pages/all-pages.ts';

/** Links as they stand outside of code: `[text](target)`. */
function linksOf(page: string): string[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** Anchors of headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    (title ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** What is wrong with a link; undefined if it leads to something. */
function faultOf(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return `${page}: ${link} leads to no file`;
  if (anchor === undefined) return undefined;
  const file = statSync(join(ROOT, target)).isDirectory() ? join(target, 'README.md') : target;
  if (file.endsWith('.md') && anchorsOf(file).includes(anchor)) return undefined;
  return `${page}: ${link} leads to no heading of ${file}`;
}

describe('links between the pages', () => {
  it('lead to files and headings that exist', () => {
    const pages = allPages();
    expect(pages).to.include.members(['README.md', 'deploy/runbook.md', 'test/bench/README.md']);
    const links = pages.flatMap((page) => linksOf(page).map((link) => [page, link] as const));
    expect(links.length).to.be.greaterThan(50);
    const faults = links.flatMap(([page, link]) => faultOf(page, link) ?? []);
    expect(faults).to.deep.equal([]);
  });

  it('are reported when they lead nowhere', () => {
    expect(faultOf('README.md', 'deploy/nothing.md')).to.match(/leads to no file$/);
    expect(faultOf('README.md', 'deploy/runbook.md#nothing')).to.match(/leads to no heading/);
    expect(faultOf('README.md', 'deploy/runbook.md#sizing')).to.equal(undefined);
  });
});
