import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { describeMachine, loadAverage } from './machine.ts';
import type { Part } from './part.ts';

const NO_RESULT = 'Not measured yet.';

/** The page with all results: new ones of the parts that ran, and the earlier ones of the others. */
export class Report {
  readonly #path: string;
  readonly #sections = new Map<string, string>();

  /** Reads the results of an earlier run. */
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

/** A part's result with its title, and where and when it was measured. */
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

/** The usage of the benchmark, for its help and the beginning of the page. */
export const USAGE = `npm run bench                    # all parts; an hour
npm run bench -- check redis     # only these; keeps the results of the others
npm run bench -- --quick         # a trial: all parts for a few seconds each, writes nothing
npm run bench -- rivals clients  # Curfew and servers in Go and Rust, bare and behind Envoy
npm run bench -- --transport NAME check   # another transport of Curfew than its default
npm run bench -- --source check  # the sources instead of the build
npm run bench -- reload          # checks while the policy file keeps changing, printed only
npm run bench -- profile         # where Curfew's CPU time and memory go, printed only
npm run bench -- check --against COMMIT   # this tree and another version, printed only
    --rounds N       # how many pairs: 17 by default, at least 11; more narrow the interval
    --within N       # exit code 1 unless shown to cost at most N % more
    --policy FILE    # the policy file of both; by default that of the check part
    --new-policy FILE   # that of this tree alone, for what only it can do`;

const INTRODUCTION = `# Benchmarks

What Curfew costs, measured. This page is written by the benchmark itself.

\`\`\`sh
${USAGE}
\`\`\`

It needs two cores and redis-server, and for some rows and parts h2load, Envoy, go and cargo.
Everything runs on this machine over the loopback interface, and ends with the benchmark. On shared
or virtual hardware the figures vary by a tenth from minute to minute, and much more in the tail:
look at the spread of the rounds, and compare only within one table. The figures are from one run on
one machine; no test depends on them.

## Two versions compared

\`check --against COMMIT\` answers whether a change made a check dearer. The figures of two runs
cannot say that: a machine differs from itself by more than the change does. So both versions take
part in one run.

- The commit is unpacked below \`.cache/bench\` and built by its own build script. It uses this
  tree's packages if its lock file is the same, and installs its own if not. This tree is built as it
  is, uncommitted changes included.
- Each version is a real \`curfew serve\` over a Redis of its own, with the same flags, also those of
  Node. Only one of them gets load at a time: that of the first closed loop of the check part.
- A round starts both afresh, warms them up until V8 has compiled what it will, and lets them take
  turns in the order A B B A B A A B; the next round begins with the other. So a machine that gets
  slower or faster meanwhile favours neither. What is compared is the CPU time of a check, user and
  system, of Curfew and of its Redis. A round takes about 25 seconds, on a busy machine longer.
- Each round gives one ratio, new by old. Printed are the median of the ratios and its exact 95 %
  interval, for both together and for each. The interval assumes nothing about the shape of the
  noise: a busy machine makes it wider, and more rounds make it narrower.
- \`--within 2\` is kept only if the upper end of the interval of both together is at most 1.02. The
  exit code is 1 if not, and 2 if nothing could be measured.
- \`--quick\` tries it with six short rounds. \`--policy\` needs a file that allows what the load
  asks: \`GET\` for \`app.example.com\`, with the cookie \`__Host-sid\`.`;
