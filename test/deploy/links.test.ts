import { expect } from 'chai';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** Every page of the product, by its path. */
const pages = ['.', 'deploy', 'src', 'test', 'proto'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: folder !== '.', encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => join(folder, name)),
);

/** Links as they stand outside of code: `[text](target)`. */
function linksOf(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8').replaceAll(/^( *)```[^]*?^\1```/gm, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** Anchors of headings, as GitHub makes them. */
function anchorsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8').replaceAll(/^( *)```[^]*?^\1```/gm, '');
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    (title ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** What is wrong with a link; undefined if it leads somewhere. */
function faultOf(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(root, page) : join(root, dirname(page), path);
  if (!existsSync(target)) return `${page}: ${link} leads to no file`;
  if (anchor === undefined) return undefined;
  const file = statSync(target).isDirectory() ? join(target, 'README.md') : target;
  if (file.endsWith('.md') && anchorsOf(file).includes(anchor)) return undefined;
  return `${page}: ${link} leads to no heading of ${relative(root, file)}`;
}

describe('links between the pages', () => {
  it('lead to files and headings that are there', () => {
    expect(pages).to.include.members(['README.md', 'deploy/runbook.md', 'test/bench/README.md']);
    const links = pages.flatMap((page) => linksOf(page).map((link) => [page, link] as const));
    expect(links.length).to.be.greaterThan(50);
    const faults = links.flatMap(([page, link]) => faultOf(page, link) ?? []);
    expect(faults).to.deep.equal([]);
  });

  it('are found out when they do not', () => {
    expect(faultOf('README.md', 'deploy/nothing.md')).to.match(/leads to no file$/);
    expect(faultOf('README.md', 'deploy/runbook.md#nothing')).to.match(/leads to no heading/);
    expect(faultOf('README.md', 'deploy/runbook.md#sizing')).to.equal(undefined);
  });
});
