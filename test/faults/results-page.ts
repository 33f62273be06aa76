import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { describeMachine, loadAverage } from '../bench/machine.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** The sources, and the users of Redis. */
const RUN = ['src', 'deploy/redis'];
const PAGE = join(import.meta.dirname, 'RESULTS.md');

/** A part of the long suite, as a section of the page. */
export interface Section {
  /** Of the part, such as `single`. */
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

/** A section with its title, and where, when and of which commit it is. */
export async function sectionText({ title, text }: Section): Promise<string> {
  const day = new Date().toISOString().slice(0, 10);
  const stamp = `${day} · commit ${commit()} · ${await describeMachine()} · load average ${loadAverage()}`;
  return `## ${title}\n\n_${stamp}_\n\n${text}`;
}

/** Puts a section into the page, in place of the one of an earlier run. */
export async function keepSection(section: Section): Promise<void> {
  const [begin, end] = [`<!-- ${section.name} -->`, `<!-- /${section.name} -->`];
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no place for ${section.name}`);
  const text = `${begin}\n\n${await sectionText(section)}\n\n${page.slice(to)}`;
  const whole = page.slice(0, from) + text;
  writeFileSync(
    PAGE,
    await format(whole, { parser: 'markdown', printWidth: 100, proseWrap: 'always' }),
  );
}

/** The last commit that changed what is run; `+` after it: it has been changed since. */
function commit(): string {
  const git = (...words: string[]): string =>
    execFileSync('git', words, { cwd: ROOT, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--untracked-files=no', ...RUN);
  return `${git('log', '-1', '--format=%h', '--', ...RUN)}${changed === '' ? '' : '+'}`;
}
