import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// Plain English in everything that a person reads: messages, help, log lines, comments and pages.
// Each row is a turn that a native reader stumbles over, and what to write instead. The list holds
// a floor, not a style: name the subject, one thought a sentence.

const ROOT = join(import.meta.dirname, '..', '..', '..');

interface Turn {
  readonly turn: RegExp;
  readonly instead: string;
}

const TURNS: readonly Turn[] = [
  { turn: /\bnobody('s)?\b/i, instead: 'name the subject: "no client", "no replica"' },
  { turn: /\b(some|any)body('s)?\b/i, instead: 'name the subject: "a client", "the operator"' },
  { turn: /\bwhoever\b|\bwhomever\b/i, instead: 'name the subject' },
  { turn: /\b(those|he|the one) who\b/i, instead: 'name the subject' },
  { turn: /\bhence\b/i, instead: 'so, therefore' },
  { turn: /\banew\b/i, instead: 'again' },
  { turn: /\btold\b|\btells?\b/i, instead: 'says, reports, shows, logs' },
  { turn: /\b(is|are|was|were) amiss\b/i, instead: 'is wrong' },
  { turn: /\blest\b/i, instead: 'so that … not' },
  { turn: /\b(there(of|in|upon)|where(in|upon)|here(of|in|upon))\b/i, instead: 'of it, in it' },
  { turn: /\b(w|th)hence\b|\bforthwith\b/i, instead: 'from which, at once' },
  { turn: /\bin force\b/i, instead: 'in use, current' },
  {
    turn: /(?<!\bthere )\b(is|are|was|were) no (?!longer\b|more\b|less\b|fewer\b|later\b)[a-z]/i,
    instead: 'is not a …',
  },
  { turn: /\b(that|which) is none\b/i, instead: 'is not one' },
  { turn: /\bof its own accord\b/i, instead: 'by itself' },
];

const READ = ['src', 'deploy', 'tools', 'test/demo', 'docker-compose.yml', '*.md'];

/** Files that a person reads: the sources, what is shipped, and the pages. */
function readFiles(): readonly { readonly file: string; readonly text: string }[] {
  const listed = execFileSync('git', ['ls-files', ...READ], { cwd: ROOT, encoding: 'utf8' });
  return listed
    .split('\n')
    .filter((file) => /\.(ts|mjs|js|sh|lua|md|ya?ml|tpl|txt|conf)$|Dockerfile$/.test(file))
    .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));
}

function turnsIn(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) =>
    TURNS.flatMap(({ turn, instead }) => {
      const found = turn.exec(line)?.[0];
      return found === undefined ? [] : [`${file}:${index + 1}: "${found}": ${instead}`];
    }),
  );
}

describe('what people read', () => {
  it('is plain English', () => {
    const files = readFiles();
    expect(files.length).to.be.above(300);
    const found = files.flatMap(({ file, text }) => turnsIn(file, text));
    expect(found, `\n${found.join('\n')}\n`).to.be.empty;
  });

  const refused = [
    'A header that nobody reads.',
    'Whoever watches it is told.',
    'is no log level; write info',
    'Asks all peers to connect anew',
    'the keys in force',
    'hence no verdict',
  ];
  for (const line of refused) {
    it(`does not say "${line}"`, () => {
      expect(turnsIn('a.ts', line)).to.not.be.empty;
    });
  }

  const accepted = [
    'A header that no rule reads.',
    'There is no key for it.',
    'it is no longer wanted',
    'is not a log level; write info',
    'an untold number, and a fortune teller',
  ];
  for (const line of accepted) {
    it(`may say "${line}"`, () => {
      expect(turnsIn('a.ts', line)).to.deep.equal([]);
    });
  }
});
