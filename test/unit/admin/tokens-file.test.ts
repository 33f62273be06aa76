import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { AdminTokens } from '../../../src/admin/access/admin-tokens.ts';
import { parseTokensFile } from '../../../src/admin/access/parse-tokens-file.ts';

const token = (): string => randomBytes(32).toString('hex');

function problemsOf(text: string): readonly string[] {
  const parsed = parseTokensFile(text);
  return parsed.kind === 'problems' ? parsed.problems : [];
}

describe('the tokens file', () => {
  it('has one caller a line, with comments and blank lines between them', () => {
    const [one, other] = [token(), token()];
    const parsed = parseTokensFile(
      `# callers\n\n ops\toperator  ${one}\r\nlogin issuer:web+app ${other}\n`,
    );
    expect(parsed).to.deep.equal({
      kind: 'good',
      lines: [
        { name: 'ops', grant: { role: 'operator', sources: undefined }, token: one },
        {
          name: 'login',
          grant: { role: 'issuer', sources: new Set(['web', 'app']) },
          token: other,
        },
      ],
    });
  });

  it('may have two tokens for one name, so that a token can be replaced', () => {
    expect(problemsOf(`ops viewer ${token()}\nops viewer ${token()}\n`)).to.deep.equal([]);
  });

  describe('is refused, with the line and without the token,', () => {
    const good = token();
    const table: readonly (readonly [string, string, RegExp])[] = [
      [
        'with a token of 31 characters',
        `a viewer ${good.slice(0, 31)}`,
        /^line 1 has a token that is shorter than 32/,
      ],
      ['with a token of 513 characters', `a viewer ${good.repeat(9)}`, /longer than 512/],
      ['with a token that is not random', `a viewer ${'changeme'.repeat(5)}`, /is not random/],
      ['with a token that no header can have', `a viewer ${good}"`, /RFC 6750/],
      [
        'with an unknown role',
        `a admin ${good}`,
        /^line 1 names a role other than viewer, operator, issuer$/,
      ],
      ['with a bound viewer', `a viewer:web ${good}`, /only an issuer can be bound/],
      ['with a source that is not a name', `a issuer:we/b ${good}`, /issuer:web\+mobile/],
      ['with an empty source', `a issuer: ${good}`, /issuer:web\+mobile/],
      ['with two words', `viewer ${good}`, /is not NAME ROLE TOKEN/],
      ['with four words', `a viewer ${good} x`, /is not NAME ROLE TOKEN/],
      ['with a name that breaks a log', `a\u0007 viewer ${good}`, /has a name that is not letters/],
      [
        'with one token twice',
        `a viewer ${good}\nb viewer ${good}`,
        /^line 2 repeats the token of line 1/,
      ],
      ['when it is empty', '# nothing\n', /^it has no token; .*openssl rand/],
    ];
    for (const [what, text, words] of table) {
      it(what, () => {
        const problems = problemsOf(text);
        expect(problems).to.have.length(1);
        expect(problems[0]).to.match(words);
        expect(problems.join()).to.not.contain(good.slice(0, 12));
      });
    }

    it('with more problems than a screen holds', () => {
      expect(problemsOf('x\n'.repeat(100))).to.have.length(21);
    });

    it('with too many callers', () => {
      const lines = Array.from({ length: 1_001 }, (_, i) => `n${i} viewer ${token()}`);
      expect(problemsOf(lines.join('\n')).join()).to.match(/more than 1000 tokens/);
    });
  });

  it('finds the caller of a token, and of no other text', () => {
    const [one, other] = [token(), token()];
    const parsed = parseTokensFile(`a viewer ${one}\nb issuer:web ${other}`);
    const tokens = new AdminTokens(parsed.kind === 'good' ? parsed.lines : []);
    expect(tokens.find(one)?.name).to.equal('a');
    expect(tokens.find(other)).to.deep.equal({
      name: 'b',
      by: 'token',
      grants: [{ role: 'issuer', sources: new Set(['web']) }],
    });
    for (const wrong of ['', one.slice(1), `${one}0`, one.toUpperCase(), `${one}\0`]) {
      expect(tokens.find(wrong)).to.equal(undefined);
    }
    expect(JSON.stringify(tokens)).to.not.contain(one);
  });
});
