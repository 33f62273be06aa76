import { expect } from 'chai';
import { identify } from '../../../src/identity/identify.ts';
import type { Source } from '../../../src/terms/source.ts';
import { inWords } from './answer.ts';
import { bearerSource, headerSource, request } from './request.ts';

type Lines = readonly (readonly [string, string])[];

function read(source: Source, lines: Lines): string {
  return inWords(identify([source], request(lines)));
}

describe('identify: a header', () => {
  const source = headerSource('x-session');
  const table: readonly (readonly [what: string, lines: Lines, answer: string])[] = [
    ['alone', [['x-session', 'abc']], 'found abc'],
    ['encoded', [['x-session', '%61bc']], 'found abc'],
    ['not there', [['x-other', 'abc']], 'absent'],
    ['empty', [['x-session', '']], 'absent'],
    ['of a longer name', [['x-session2', 'abc']], 'absent'],
    ['in quotes', [['x-session', '"abc"']], 'malformed quote_inside'],
    ['with a blank', [['x-session', 'a b']], 'malformed character'],
    ['above ASCII', [['x-session', 'abc\xe9']], 'malformed character'],
    ['with a semicolon', [['x-session', 'abc;d']], 'malformed character'],
    ['with an encoded comma and semicolon', [['x-session', 'ab%2Cc%3B']], 'found ab,c;'],
    ['with a comma', [['x-session', 'abc,def']], 'ambiguous'],
    ['with a comma at the end', [['x-session', 'abc,']], 'ambiguous'],
    [
      'twice',
      [
        ['x-session', 'abc'],
        ['x-session', 'def'],
      ],
      'ambiguous',
    ],
    [
      'twice the same',
      [
        ['x-session', 'abc'],
        ['x-session', 'abc'],
      ],
      'ambiguous',
    ],
    [
      'twice, once empty',
      [
        ['x-session', ''],
        ['x-session', 'abc'],
      ],
      'ambiguous',
    ],
    [
      'beside a twin',
      [
        ['x-session', 'abc'],
        ['x_session', 'def'],
      ],
      'ambiguous',
    ],
    [
      'beside an empty twin',
      [
        ['x-session', 'abc'],
        ['x_session', ''],
      ],
      'ambiguous',
    ],
    ['as a twin alone', [['x_session', 'abc']], 'ambiguous'],
    ['as a twin of another character', [['x.session', 'abc']], 'ambiguous'],
  ];
  for (const [what, lines, answer] of table) {
    it(`${what} is ${answer}`, () => {
      expect(read(source, lines)).to.equal(answer);
    });
  }

  it('has a limit', () => {
    expect(read(source, [['x-session', 'a'.repeat(4_097)]])).to.equal('malformed too_long');
    expect(read(source, [['x-session', '%'.repeat(60_000)]])).to.equal('malformed too_long');
  });
});

describe('identify: a bearer token', () => {
  const table: readonly (readonly [authorization: string, answer: string])[] = [
    ['Bearer abc', 'found abc'],
    ['bearer abc', 'found abc'],
    ['BEARER abc==', 'found abc=='],
    ['Bearer a-._~+/b', 'found a-._~+/b'],
    ['', 'absent'],
    ['Bearer', 'absent'],
    ['Bearer ', 'absent'],
    ['Basic YTpi', 'absent'],
    ['Digest username="a", uri="/"', 'absent'],
    ['DPoP abc', 'absent'],
    ['Bearer  abc', 'malformed not_bearer'],
    ['Bearer\tabc', 'malformed not_bearer'],
    [' Bearer abc', 'malformed not_bearer'],
    ['Bearer:abc', 'malformed not_bearer'],
    ['Bearerabc', 'malformed not_bearer'],
    ['Bearer abc def', 'malformed not_bearer'],
    ['Bearer "abc"', 'malformed not_bearer'],
    ['"Bearer" abc', 'malformed not_bearer'],
    ['Bearer a=b', 'malformed not_bearer'],
    ['Bearer %61bc', 'malformed not_bearer'],
    ['Bearer abc\xe9', 'malformed not_bearer'],
    ['abc', 'malformed not_bearer'],
    ['Bearer,', 'ambiguous'],
    ['Bearer abc,Bearer def', 'ambiguous'],
    ['Bearer abc, Basic YTpi', 'ambiguous'],
    ['Basic YTpi,Bearer abc', 'ambiguous'],
    ['Basic Bearer abc', 'ambiguous'],
  ];
  for (const [authorization, answer] of table) {
    it(`${JSON.stringify(authorization)} is ${answer}`, () => {
      expect(read(bearerSource(), [['authorization', authorization]])).to.equal(answer);
    });
  }

  it('in two lines is ambiguous', () => {
    const lines: Lines = [
      ['authorization', 'Bearer abc'],
      ['authorization', 'Basic YTpi'],
    ];
    expect(read(bearerSource(), lines)).to.equal('ambiguous');
  });

  it('may be 4 096 bytes long and no longer', () => {
    const longest = 'a'.repeat(4_096);
    const lines = (token: string): Lines => [['authorization', `Bearer ${token}`]];
    expect(read(bearerSource(), lines(longest))).to.equal(`found ${longest}`);
    expect(read(bearerSource(), lines(`${longest}a`))).to.equal('malformed too_long');
  });

  it('must fit format and take like any other credential', () => {
    const source = bearerSource({ take: { after: undefined, before: '.' }, format: 'hex' });
    expect(read(source, [['authorization', 'Bearer 00ff.x']])).to.equal('found 00ff');
    expect(read(source, [['authorization', 'Bearer 00fF.x']])).to.equal('malformed mixed_case');
  });
});
