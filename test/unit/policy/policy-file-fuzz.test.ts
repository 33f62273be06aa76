import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { array, assert, constantFrom, integer, property, string, tuple } from 'fast-check';
import { expect } from 'chai';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import { requestFacts } from './request-facts.ts';

const VALID = join(import.meta.dirname, '..', '..', 'fixtures', 'policies', 'valid');
const texts = readdirSync(VALID).map((name) => readFileSync(join(VALID, name), 'utf8'));

const SNIPPETS = [
  '\n',
  ' ',
  '  ',
  '\t',
  '\r',
  '---\n',
  '...\n',
  ...`- : [ ] { } , " ' # &a *a !!set | > ? % null ~ true off 0 -1 .inf 1e999 0x10 9007199254740993`.split(
    ' ',
  ),
  ...'__proto__ constructor toString version policies sources name match idle 1h jwt cookie <<:'.split(
    ' ',
  ),
  ...'\u0000 \u001B[2J \uFEFF \u2028 \uD800 😀 {return_to} /** *.x %2F https://'.split(' '),
];

/** Reads a file, and uses it if it is accepted. Neither may throw. */
function use(text: string): 'ok' | 'problems' {
  const parsed = parsePolicyFile(text, 'fuzz.yaml');
  if (parsed.kind === 'ok') {
    parsed.policies.select(requestFacts('/A/%2e%2e/b/'));
    parsed.policies.select(requestFacts('/a/'));
  } else {
    expect(parsed.problems).to.not.have.length(0);
    for (const { line, column, message } of parsed.problems) {
      expect(line).to.be.at.least(1);
      expect(column).to.be.at.least(1);
      // Nothing that controls a terminal or starts a new line in a log.
      expect(message).to.match(/^[^\p{C}]{1,800}$/u);
    }
  }
  return parsed.kind;
}

describe('an arbitrary policy file', () => {
  it('nested deeply is refused before the YAML parser spends seconds on it', () => {
    const parsed = parsePolicyFile('['.repeat(51), 'deep.yaml');
    expect(
      parsed.kind === 'problems' && parsed.problems.map(({ message }) => message),
    ).to.deep.equal(['the file is nested too deeply']);
  });

  it('with a byte order mark has its first column after the mark', () => {
    const parsed = parsePolicyFile('\uFEFFvers: 1\n', 'bom.yaml');
    expect(parsed.kind === 'problems' && parsed.problems[0]?.column).to.equal(1);
  });

  it('is reported in words without control characters', () => {
    const parsed = parsePolicyFile('%\r\u001B[2J|', 'control.yaml');
    expect(JSON.stringify(parsed)).to.not.match(/\\[ru]/);
  });

  it('of random text never throws', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 200 }), (text) => void use(text)),
      { numRuns: 1_000 },
    );
  });

  it('of random YAML never throws', () => {
    const yaml = array(constantFrom(...SNIPPETS), { maxLength: 40 }).map((parts) => parts.join(''));
    assert(
      property(yaml, (text) => void use(text)),
      { numRuns: 1_500 },
    );
  });

  it('with random changes to a good one never throws', () => {
    const change = tuple(
      integer({ min: 0 }),
      integer({ min: 0, max: 12 }),
      constantFrom('', ...SNIPPETS),
    );
    const changes = array(change, { minLength: 1, maxLength: 4 });
    assert(
      property(constantFrom(...texts), changes, (text, edits) => {
        use(
          edits.reduce((now, [at, length, insertion]) => {
            const i = at % (now.length + 1);
            return now.slice(0, i) + insertion + now.slice(i + length);
          }, text),
        );
      }),
      { numRuns: 1_500 },
    );
  });

  it('cut off at any place is refused', () => {
    const whole = texts.find((text) => text.includes('transfer')) ?? '';
    for (let i = 0; i < whole.length - 20; i++)
      expect(use(whole.slice(0, i)), `at ${i}`).to.equal('problems');
  });

  const HUGE: readonly (readonly [what: string, text: string])[] = [
    ['too many characters', `version: 1\n# ${'x'.repeat(600_000)}`],
    ['one long string', `version: 1\nrealm: "${'x'.repeat(500_000)}"`],
    ['deep flow lists', '['.repeat(200_000)],
    ['deep flow maps', '{a: '.repeat(50_000)],
    ['deep block lists', '- '.repeat(100_000)],
    [
      'ten thousand rules',
      `version: 1\nsources: []\npolicies:\n${'  - { name: a }\n'.repeat(10_000)}`,
    ],
    ['many unknown keys', Array.from({ length: 5_000 }, (_, i) => `key${i}: 1\n`).join('')],
    ['an alias of itself', 'version: 1\nsources: &a [*a]\npolicies: *a\n'],
  ];
  for (const [what, text] of HUGE) {
    it(`of ${what} is refused with a bounded number of problems`, () => {
      const parsed = parsePolicyFile(text, 'huge.yaml');
      expect(parsed.kind === 'problems' ? parsed.problems.length : 0).to.be.within(1, 101);
    }).timeout(60_000);
  }
});
