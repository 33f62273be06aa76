import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { describeMachine, loadAverage } from './machine.ts';
import type { Part } from './part.ts';

const NO_RESULT = 'Not measured yet.';

/** The page with all results: of the parts that have run just now, and of the others as they were. */
export class Report {
  readonly #path: string;
  readonly #sections = new Map<string, string>();

  /** Reads what an earlier run has left. */
  constructor(path: string, parts: readonly Part[]) {
    this.#path = path;
    const page = existsSync(path) ? readFileSync(path, 'utf8') : '';
    for (const part of parts) this.#sections.set(part.name, sectionIn(page, part));
  }

  /** Puts one part's result in its place and writes the page. */
  async put(part: Part, section: string): Promise<void> {
    this.#sections.set(part.name, section);
    const sections = [...this.#sections].map(
      ([name, text]) => `<!-- bench:${name} -->\n\n${text}\n\n<!-- /bench:${name} -->`,
    );
    const page = await format(`${INTRODUCTION}\n\n${sections.join('\n\n')}\n`, {
      parser: 'markdown',
      printWidth: 100,
    });
    writeFileSync(this.#path, page);
  }
}

/** A part's result with its title, and where and when it came to be. */
export async function sectionOf(part: Part, result: string, startLoad: string): Promise<string> {
  const day = new Date().toISOString().slice(0, 10);
  const stamp = `${await describeMachine()} · ${day} · load average before and after ${startLoad} and ${loadAverage()}`;
  return `## ${part.title}\n\n_${stamp}_\n\n${result}`;
}

function sectionIn(page: string, { name, title }: Part): string {
  const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) return `## ${title}\n\n${NO_RESULT}`;
  return page.slice(from + begin.length, to).trim();
}

const INTRODUCTION = `# Benchmarks

What Curfew costs, measured. This page is written by the benchmark itself.

\`\`\`sh
npm run bench                    # all parts; three quarters of an hour
npm run bench -- check redis     # only these; the results of the others stay
npm run bench -- --quick         # all parts for a few seconds each, nothing is written: to try it
npm run bench -- rivals clients  # Curfew beside servers in Go and Rust, bare and behind Envoy
npm run bench -- --transport NAME check   # another transport of Curfew than its default
npm run bench -- profile         # where Curfew's CPU time and memory go, printed only
\`\`\`

It needs two cores and redis-server; h2load, Envoy, go and cargo for the rows and parts that tell of them. Everything runs on this machine over the loopback interface,
and ends with the benchmark. On shared or virtual hardware the figures vary by a tenth from minute to minute and much more
in the tail: look at the spread of the rounds, and compare only within one table. They say what one machine did once;
nothing in the tests depends on them.`;
