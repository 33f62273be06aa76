import { expect } from 'chai';
import { identify } from '../../../src/identity/identify.ts';
import type { CookiePlace } from '../../../src/terms/credential-place.ts';
import { cookiePlace } from '../../support/requests/cookie-place.ts';
import { inWords } from './answer.ts';
import { sourceAt, withCookies, withJoinedCookies } from './request.ts';

type Changes = Parameters<typeof cookiePlace>[1];

function placed(name: string, changes?: Changes): CookiePlace {
  return cookiePlace(name, changes);
}

function read(line: string, place: CookiePlace = placed('JSESSIONID')): string {
  const source = sourceAt(place, { take: undefined });
  const answer = inWords(identify([source], withCookies(line)));
  // The map form has one line, too, so it is read alike.
  expect(inWords(identify([source], withJoinedCookies(line)))).to.equal(answer);
  return answer;
}

describe('identify: a cookie whose name differs by case', () => {
  const table: readonly (readonly [line: string, answer: string])[] = [
    ['jsessionid=dead', 'malformed other_case'],
    ['JSessionID=dead', 'malformed other_case'],
    ['%6asessionid=dead', 'malformed other_case'],
    ['a=1,jsessionid=dead', 'malformed other_case'],
    ['a=1 jsessionid=dead', 'malformed other_case'],
    ['jsessionid=dead; Jsessionid=other', 'malformed other_case'],
    ['JSESSIONID=fresh; jsessionid=dead', 'several fresh dead'],
    ['jsessionid=dead; JSESSIONID=fresh', 'several dead fresh'],
    ['jsessionid=same; JSESSIONID=same', 'found same'],
    ['jsessionid="; JSESSIONID=fresh', 'malformed quotes_unpaired'],
    ['jsessionid=; JSESSIONID=fresh', 'found fresh'],
  ];
  for (const [line, answer] of table) {
    it(`${line} is ${answer}`, () => {
      expect(read(line)).to.equal(answer);
    });
  }

  it('is another cookie where the source says case: exact', () => {
    const exact = placed('JSESSIONID', { nameCase: 'exact' });
    expect(read('jsessionid=dead', exact)).to.equal('absent');
    expect(read('JSESSIONID=fresh; jsessionid=dead', exact)).to.equal('found fresh');
  });

  it('is another cookie where it is exactly the cookie of another source', () => {
    const beside = placed('JSESSIONID', { otherCookies: new Set(['jsessionid']) });
    expect(read('jsessionid=other', beside)).to.equal('absent');
    expect(read('JSESSIONID=fresh; jsessionid=other', beside)).to.equal('found fresh');
    expect(read('Jsessionid=dead', beside)).to.equal('malformed other_case');
  });

  it('has case only in its letters of ASCII', () => {
    expect(read('SİD=x; \u017fID=y', placed('sid'))).to.equal('absent');
    expect(read('a@c=x', placed('a`c'))).to.equal('absent');
    expect(read('a[c=x', placed('a{c'))).to.equal('absent');
  });
});

describe('identify: a cookie in pieces', () => {
  const pieces = [
    'sid.0',
    'sid.17',
    'sid_0',
    'sid-0',
    'sidC1',
    'sidc1',
    'SID.0',
    'sid_chunks',
    'sid%2E0',
    'sid[0',
    'sid 0',
  ];
  for (const name of pieces) {
    it(`is malformed with ${name}, whole or not`, () => {
      const place = placed('sid');
      expect(read(`${name}=x`, place)).to.equal('malformed piece');
      expect(read(`a=1; ${name}=x; b=2`, place)).to.equal('malformed piece');
      expect(read(`sid=whole; ${name}=x`, place)).to.equal('malformed piece');
      expect(read(`${name}=x; sid=whole`, place)).to.equal('malformed piece');
      expect(read(`sid=whole; ${name}=`, place)).to.equal('malformed piece');
    });
  }

  for (const value of ['chunks-2', 'chunks:12', '"chunks-2"', 'chunks%3A3']) {
    it(`is malformed with the value ${value}, which counts pieces`, () => {
      expect(read(`sid=${value}`, placed('sid'))).to.equal('malformed piece');
      const ignoring = placed('sid', { pieces: 'ignore' });
      expect(read(`sid=${value}`, ignoring)).to.match(/^found chunks[-:]/);
    });
  }

  const others = ['sid.a', 'sid.', 'sid0', 'sidC', 'sidC1x', 'sid.0.1', 'sid_chunk', 'xsid.0'];
  for (const name of others) {
    it(`is whole beside ${name}`, () => {
      expect(read(`sid=whole; ${name}=x`, placed('sid'))).to.equal('found whole');
      expect(read(`${name}=x`, placed('sid'))).to.equal('absent');
    });
  }

  it('is whole beside numbers where the source says pieces: ignore', () => {
    const ignoring = placed('sid', { pieces: 'ignore' });
    expect(read('sid=whole; sid.0=x; sidC1=y', ignoring)).to.equal('found whole');
    expect(read('sid.0=x', ignoring)).to.equal('absent');
  });

  it('is whole beside a cookie of that name which another source reads', () => {
    const beside = placed('sid', { otherCookies: new Set(['sid_0']) });
    expect(read('sid=whole; sid_0=x', beside)).to.equal('found whole');
    expect(read('sid_0=x', beside)).to.equal('absent');
    expect(read('sid=whole; sid_1=x', beside)).to.equal('malformed piece');
  });

  it('looks at the case of a piece only where the name has any case', () => {
    const exact = placed('sid', { nameCase: 'exact' });
    expect(read('sidC1=x', exact)).to.equal('malformed piece');
    expect(read('sidc1=x; SID.0=x; sid=whole', exact)).to.equal('found whole');
  });
});
