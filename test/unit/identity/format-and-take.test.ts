import { expect } from 'chai';
import { identify } from '../../../src/identity/identify.ts';
import type { Source } from '../../../src/session/source.ts';
import { cookieSource, withCookies } from './request.ts';

function read(value: string, changes: Partial<Source>): string {
  const answer = identify([cookieSource('sid', changes)], withCookies(`sid=${value}`));
  return answer.kind === 'found' ? `found ${answer.credential}` : answer.kind;
}

describe('identify: format', () => {
  const uuid = '0f8fad5b-d9cb-469f-a165-70867728950e';
  const table: readonly (readonly [format: Source['format'], value: string, ok: boolean])[] = [
    ['hex', '00ff', true],
    ['hex', 'abc', true],
    ['hex', '00FF', false],
    ['hex', '00fg', false],
    ['hex', '0x00', false],
    ['uuid', uuid, true],
    ['uuid', uuid.toUpperCase(), false],
    ['uuid', `{${uuid}}`, false],
    ['uuid', uuid.replaceAll('-', ''), false],
    ['uuid', `${uuid}0`, false],
    ['base64url', 'AAAA', true],
    ['base64url', '_-8', true],
    ['base64url', '_-9', false], // the same bytes with a trailing bit set
    ['base64url', 'AA', true],
    ['base64url', 'AB', false],
    ['base64url', 'AA==', false],
    ['base64url', 'AAA=', false],
    ['base64url', 'A', false],
    ['base64url', 'AA+/', false],
  ];
  for (const [format, value, ok] of table) {
    it(`${format} ${ok ? 'takes' : 'refuses'} ${value}`, () => {
      expect(read(value, { format })).to.equal(ok ? `found ${value}` : 'malformed');
    });
  }

  it('accepts exactly the spelling that an encoder writes', () => {
    for (let size = 1; size <= 4; size += 1) {
      for (let byte = 0; byte < 256; byte += 1) {
        const text = Buffer.alloc(size, byte).toString('base64url');
        expect(read(text, { format: 'base64url' })).to.equal(`found ${text}`);
      }
    }
  });

  it('looks at the decoded value', () => {
    expect(read('%30%30ff', { format: 'hex' })).to.equal('found 00ff');
  });
});

describe('identify: take', () => {
  const express = { take: { after: 's:', before: '.' } };
  const table: readonly (readonly [
    what: string,
    value: string,
    take: Partial<Source>,
    answer: string,
  ])[] = [
    ['cuts a signed cookie', 's:abc.sig', express, 'found abc'],
    ['cuts after decoding', 's%3Aabc.sig', express, 'found abc'],
    ['cuts at the first delimiter', 's:abc.s:def.sig', express, 'found abc'],
    ['looks for the end behind the start', 'a.s:bc.sig', express, 'found bc'],
    ['needs the first delimiter', 'abc.sig', express, 'malformed'],
    ['needs the second delimiter', 's:abc', express, 'malformed'],
    ['needs something between', 's:.sig', express, 'malformed'],
    ['cuts the end alone', 'v|1|sig', { take: { after: undefined, before: '|' } }, 'found v'],
    ['cuts the start alone', 'v2.abc', { take: { after: '.', before: undefined } }, 'found abc'],
    ['leaves nothing', 'v2.', { take: { after: '.', before: undefined } }, 'malformed'],
    ['is held against the format', 's:ab.sig', { ...express, format: 'hex' }, 'found ab'],
    ['is refused by the format', 's:AB.sig', { ...express, format: 'hex' }, 'malformed'],
    ['does not save a malformed value', 's:ab."sig"', express, 'malformed'],
  ];
  for (const [what, value, changes, answer] of table) {
    it(`${what}: ${value} is ${answer}`, () => {
      expect(read(value, changes)).to.equal(answer);
    });
  }
});
