import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { KeyFileError, parseKeyFile } from '../../../src/keys/parse-key-file.ts';

const NEWEST = randomBytes(32);
const OLDER = randomBytes(48);

function hex(keys: readonly Uint8Array[]): string[] {
  return keys.map((key) => Buffer.from(key).toString('hex'));
}

/** The problems of a file that is refused. */
function problems(text: string): readonly string[] {
  try {
    parseKeyFile(text, '/etc/curfew/keys');
  } catch (error) {
    expect(error).to.be.instanceOf(KeyFileError);
    return (error as KeyFileError).problems;
  }
  throw new Error('the file was accepted');
}

describe('parseKeyFile', () => {
  it('reads one secret per line, newest first', () => {
    const text = `${NEWEST.toString('hex')}\n${OLDER.toString('hex')}\n`;
    expect(hex(parseKeyFile(text, 'f'))).to.deep.equal(hex([NEWEST, OLDER]));
  });

  const spellings: readonly (readonly [what: string, line: string])[] = [
    ['hex', NEWEST.toString('hex')],
    ['hex in capitals', NEWEST.toString('hex').toUpperCase()],
    ['base64', NEWEST.toString('base64')],
    ['base64 without padding', NEWEST.toString('base64').replace(/=+$/, '')],
    ['base64url', NEWEST.toString('base64url')],
    ['base64url with padding', `${NEWEST.toString('base64url')}=`],
    ['blanks around it', `  ${NEWEST.toString('hex')}\t`],
    ['a Windows line end', `${NEWEST.toString('hex')}\r`],
    ['a byte order mark', `\uFEFF${NEWEST.toString('hex')}`],
    ['comments and blank lines around it', `# keys\n\n  # newest\n${NEWEST.toString('hex')}\n\n`],
  ];
  for (const [what, text] of spellings) {
    it(`takes ${what}`, () => {
      expect(hex(parseKeyFile(text, 'f'))).to.deep.equal(hex([NEWEST]));
    });
  }

  const refused: readonly (readonly [what: string, text: string, words: RegExp])[] = [
    ['an empty file', '', /no secret.*openssl rand -hex 32/],
    ['only comments', '# nothing\n', /no secret/],
    [
      '31 bytes',
      `# a\n${randomBytes(31).toString('hex')}`,
      /line 2 has 31 bytes.*openssl rand -hex 32/,
    ],
    ['a password', 'correct-horse-battery', /line 1 .*openssl/],
    // 24 random bytes. Read as base64 it would be 36 bytes.
    ['48 hex digits', randomBytes(24).toString('hex'), /line 1 has 24 bytes/],
    ['half a byte', `${NEWEST.toString('hex')}a`, /line 1 is neither hex nor base64/],
    ['two on a line', `${NEWEST.toString('hex')} ${NEWEST.toString('hex')}`, /line 1 is neither/],
    ['both alphabets at once', `${'A'.repeat(50)}+_A`, /line 1 is neither/],
    ['cut base64', `${'A'.repeat(44)}B`, /line 1 is neither/],
    ['trailing bits', `${'A'.repeat(42)}B`, /line 1 is neither/],
    ['PEM', '-----BEGIN PRIVATE KEY-----', /line 1 is neither/],
    ['a novel', 'ab'.repeat(2_000), /line 1 has 2000 bytes, more than/],
    [
      'a duplicate in another spelling',
      `${NEWEST.toString('hex')}\n${NEWEST.toString('base64')}`,
      /line 2 repeats the secret of line 1/,
    ],
    [
      'nine keys',
      Array.from({ length: 9 }, () => randomBytes(32).toString('hex')).join('\n'),
      /9 secrets, more than 8/,
    ],
  ];
  for (const [what, text, words] of refused) {
    it(`refuses ${what}`, () => {
      expect(problems(text).join('\n')).to.match(words);
    });
  }

  it('reports a limited number of problems for a file that is not a key file', () => {
    const found = problems('log line\n'.repeat(100_000));
    expect(found).to.have.lengthOf(21);
    expect(found.at(-1)).to.equal('and 99980 more');
  });

  it('reports all problems at once, without any secret', () => {
    const short = randomBytes(16).toString('hex');
    const text = [short, NEWEST.toString('hex'), NEWEST.toString('hex'), 'pass word'].join('\n');
    const found = problems(text);
    expect(found).to.have.lengthOf(3);
    for (const secret of [short, NEWEST.toString('hex'), 'pass word']) {
      expect(found.join('\n')).not.to.contain(secret);
    }
  });
});
