import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { describeMachine, loadAverage } from '../bench/machine.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** The sources, and the users of Redis. */
const RUN = ['src', 'deploy/redis'];
const PAGE = join(import.meta.dirname, 'RESULTS.md');
const SECTION = /<!-- ([a-z-]+) -->\n(.*?)<!-- \/\1 -->/gs;

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

/**
 * Puts a section into the page, in place of the one of an earlier run.
 *
 * @param order the names of all parts, in the order of the page
 */
export async function keepSection(section: Section, order: readonly string[]): Promise<void> {
  const page = readFileSync(PAGE, 'utf8');
  const [preface = ''] = page.split('<!-- ', 1);
  const kept = new Map(
    Array.from(page.matchAll(SECTION), ([, name = '', text = '']) => [name, text.trim()]),
  );
  kept.set(section.name, await sectionText(section));
  const sections = order.flatMap((name) => {
    const text = kept.get(name);
    return text === undefined ? [] : [`<!-- ${name} -->\n\n${text}\n\n<!-- /${name} -->\n`];
  });
  const whole = [preface.trim(), ...sections].join('\n\n');
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
