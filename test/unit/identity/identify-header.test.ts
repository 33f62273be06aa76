import { expect } from 'chai';
import { identify } from '../../../src/identity/identify.ts';
import type { Source } from '../../../src/session/source.ts';
import { bearerSource, headerSource, request } from './request.ts';

type Lines = readonly (readonly [string, string])[];

function read(source: Source, lines: Lines): string {
  const answer = identify([source], request(lines));
  return answer.kind === 'found' ? `found ${answer.credential}` : answer.kind;
}

describe('identify: a header', () => {
  const source = headerSource('x-session');
  const table: readonly (readonly [what: string, lines: Lines, answer: string])[] = [
    ['alone', [['x-session', 'abc']], 'found abc'],
    ['encoded', [['x-session', '%61bc']], 'found abc'],
    ['not there', [['x-other', 'abc']], 'absent'],
    ['empty', [['x-session', '']], 'absent'],
    ['of a longer name', [['x-session2', 'abc']], 'absent'],
    ['in quotes', [['x-session', '"abc"']], 'malformed'],
    ['with a blank', [['x-session', 'a b']], 'malformed'],
    ['above ASCII', [['x-session', 'abc\xe9']], 'malformed'],
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
    expect(read(source, [['x-session', 'a'.repeat(4_097)]])).to.equal('malformed');
    expect(read(source, [['x-session', '%'.repeat(60_000)]])).to.equal('malformed');
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
    ['Bearer  abc', 'malformed'],
    ['Bearer\tabc', 'malformed'],
    [' Bearer abc', 'malformed'],
    ['Bearer:abc', 'malformed'],
    ['Bearerabc', 'malformed'],
    ['Bearer abc def', 'malformed'],
    ['Bearer "abc"', 'malformed'],
    ['"Bearer" abc', 'malformed'],
    ['Bearer a=b', 'malformed'],
    ['Bearer %61bc', 'malformed'],
    ['Bearer abc\xe9', 'malformed'],
    ['abc', 'malformed'],
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
    expect(read(bearerSource(), lines(`${longest}a`))).to.equal('malformed');
  });

  it('is held against format and take as any other credential', () => {
    const source = bearerSource({ take: { after: undefined, before: '.' }, format: 'hex' });
    expect(read(source, [['authorization', 'Bearer 00ff.x']])).to.equal('found 00ff');
    expect(read(source, [['authorization', 'Bearer 00FF.x']])).to.equal('malformed');
  });
});
