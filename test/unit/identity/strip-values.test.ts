import { expect } from 'chai';
import { identify } from '../../../src/identity/identify.ts';
import { cookiePlace } from '../../support/requests/cookie-place.ts';
import { inWords } from './answer.ts';
import { sourceAt, withCookies, withJoinedCookies } from './request.ts';
import { strip, stripped } from './strip.ts';

const SIGNED = { take: { after: 's:', before: '.' } } as const;
const WEB = sourceAt(cookiePlace('sid', { clearWith: ['sid.sig'] }));

/** The Cookie line that is left after some values of the cookie have ended. */
function left(source: typeof WEB, line: string, ...ended: readonly string[]): string | undefined {
  const except = { source, credentials: new Set(ended) };
  const { set, remove } = strip([], withCookies(line), { sources: [source], except });
  expect(remove).to.deep.equal(set.length === 0 ? ['cookie'] : []);
  return set[0]?.[1];
}

describe('stripCredentials: some values of a cookie', () => {
  it('removes the values that have ended and keeps the others, and all other cookies', () => {
    const line = 'a="x y"; sid=live; b=%22; sid=dead; c=\xe9; sid=fresh';
    expect(left(WEB, line, 'dead')).to.equal('a="x y"; sid=live; b=%22; c=\xe9; sid=fresh');
    expect(left(WEB, line, 'live', 'fresh')).to.equal('a="x y"; b=%22; sid=dead; c=\xe9');
  });

  it('removes an ended value in every spelling and under every name', () => {
    const line = 'sid=dead; sid="dead"; sid=%64ead; SID=dead; %73id=dead; sid =dead; sid="live"';
    expect(left(WEB, line, 'dead')).to.equal('sid="live"');
  });

  it('removes the header when no value and no other cookie is left', () => {
    expect(left(WEB, 'sid=dead; SID=old', 'dead', 'old')).to.equal(undefined);
  });

  it('compares what take and format keep', () => {
    const express = sourceAt(cookiePlace('sid'), { ...SIGNED, format: 'hex' });
    const line = 'sid=s%3AAB.x; sid=s%3Aab.y; sid=s%3Acd.z';
    expect(left(express, line, 'ab')).to.equal('sid=s%3Acd.z');
  });

  it('keeps the companions of the cookie while a value of it is left', () => {
    expect(left(WEB, 'sid=dead; sid.sig=1; sid=live', 'dead')).to.equal('sid.sig=1; sid=live');
  });

  it('works on joined lines, too', () => {
    const facts = withJoinedCookies('a=1; sid=dead', 'b=2; sid=live');
    const except = { source: WEB, credentials: new Set(['dead']) };
    expect(strip([], facts, { sources: [WEB], except }).set).to.deep.equal([
      ['cookie', 'a=1; b=2; sid=live'],
    ]);
  });

  it('leaves on the request exactly the values that were kept', () => {
    const facts = withCookies('sid=a; sid="b"; SID=c; sid=%64');
    expect(inWords(identify([WEB], facts))).to.equal('several a b c d');
    const except = { source: WEB, credentials: new Set(['a', 'c']) };
    const after = stripped([], facts, { sources: [WEB], except });
    expect(inWords(identify([WEB], after))).to.equal('several b d');
  });
});

describe('stripCredentials: the companions of a cookie', () => {
  const places = cookiePlace('sid', { clearWith: ['remember-me', 'sid.sig'] });
  const source = sourceAt(places);
  const table: readonly (readonly [line: string, left: string])[] = [
    ['a=1; sid=abc; remember-me=r; b=2; sid.sig=s', 'a=1; b=2'],
    ['remember-me=r; a=1; Remember-Me=r; sid=abc', 'a=1'],
    ['a=1; SID=abc; remember-me=r', 'a=1'],
    ['a=1; sid.0=abc; remember-me=r', 'a=1'],
    ['a=1; sid=a"b; remember-me=r', 'a=1'],
    ['a=1; sid=; remember-me=r', 'a=1; remember-me=r'],
    ['a=1; sid=""; remember-me=r', 'a=1; remember-me=r'],
    ['a=1; sid=x; remember-me.0=r', 'a=1; remember-me.0=r'],
  ];
  for (const [line, stays] of table) {
    it(`leave ${stays} of ${line}`, () => {
      expect(strip([source], withCookies(line)).set).to.deep.equal([['cookie', stays]]);
    });
  }

  it('stay where no credential is removed with them', () => {
    const facts = withCookies('a=1; remember-me=r; sid.sig=s');
    expect(strip([source], facts)).to.deep.equal({ set: [], remove: [] });
  });

  it('stay where another source reads one and it is kept', () => {
    const other = sourceAt(cookiePlace('remember-me'), { name: 'remembered' });
    const facts = withCookies('sid=abc; remember-me=r; sid.sig=s');
    expect(strip([source], facts, { sources: [other] })).to.deep.equal({
      set: [['cookie', 'remember-me=r']],
      remove: [],
    });
  });
});
