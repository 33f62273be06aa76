import { expect } from 'chai';
import { identify } from '../../../src/identity/identify.ts';
import type { Source } from '../../../src/terms/source.ts';
import { inWords } from './answer.ts';
import { cookieSource, withCookies } from './request.ts';

function read(value: string, changes: Partial<Source>): string {
  return inWords(identify([cookieSource('sid', changes)], withCookies(`sid=${value}`)));
}

describe('identify: format', () => {
  const uuid = '0f8fad5b-d9cb-469f-a165-70867728950e';
  const table: readonly (readonly [format: Source['format'], value: string, answer: string])[] = [
    ['hex', '00ff', 'found 00ff'],
    ['hex', 'abc', 'found abc'],
    ['hex', '00FF', 'found 00ff'],
    ['hex', '0123', 'found 0123'],
    ['hex', 'aBc', 'malformed mixed_case'],
    ['hex', '00fg', 'malformed not_hex'],
    ['hex', '0x00', 'malformed not_hex'],
    ['uuid', uuid, `found ${uuid}`],
    ['uuid', uuid.toUpperCase(), `found ${uuid}`],
    ['uuid', uuid.replace('f', 'F'), 'malformed mixed_case'],
    ['uuid', `{${uuid}}`, 'malformed not_uuid'],
    ['uuid', uuid.replaceAll('-', ''), 'malformed not_uuid'],
    ['uuid', `${uuid}0`, 'malformed not_uuid'],
    ['lower', 'a0z9', 'found a0z9'],
    ['lower', 'A0z9', 'malformed not_lower'],
    ['lower', 'a-z', 'malformed not_lower'],
    ['base64url', 'AAAA', 'found AAAA'],
    ['base64url', '_-8', 'found _-8'],
    ['base64url', '_-8=', 'found _-8'],
    ['base64url', '_-9', 'malformed unused_bits'],
    ['base64url', '_-9=', 'malformed unused_bits'],
    ['base64url', 'AA', 'found AA'],
    ['base64url', 'AA==', 'found AA'],
    ['base64url', 'AA%3D%3D', 'found AA'],
    ['base64url', 'AB', 'malformed unused_bits'],
    ['base64url', 'AA=', 'malformed padding'],
    ['base64url', 'AA===', 'malformed padding'],
    ['base64url', 'AAA==', 'malformed padding'],
    ['base64url', 'AAAA=', 'malformed padding'],
    ['base64url', 'AAAA====', 'malformed padding'],
    ['base64url', 'A', 'malformed padding'],
    ['base64url', 'A===', 'malformed padding'],
    ['base64url', 'AA==AA', 'malformed not_base64url'],
    ['base64url', 'AA+/', 'malformed not_base64url'],
    ['base64', 'AA+/', 'found AA+/'],
    ['base64', '/+8', 'found /+8'],
    ['base64', '/+8=', 'found /+8'],
    ['base64', '/+9=', 'malformed unused_bits'],
    ['base64', 'AA=', 'malformed padding'],
    ['base64', 'AA-_', 'malformed not_base64'],
    ['dotted', 'eyJ1.awul.06Hi', 'found eyJ1.awul.06Hi'],
    ['dotted', '.eJwx.awul.06Hi', 'found .eJwx.awul.06Hi'],
    ['dotted', 'eyJ1..awul.06Hi.AAAA', 'found eyJ1..awul.06Hi.AAAA'],
    ['dotted', 'eyI=.awul.06E', 'found eyI.awul.06E'],
    ['dotted', 'eyI.awul.06E=', 'found eyI.awul.06E'],
    ['dotted', 'eyI.awul.06E==', 'malformed padding'],
    ['dotted', 'eyI.awul.06F', 'malformed unused_bits'],
    ['dotted', 'eyJ.awul.06Hi', 'malformed unused_bits'],
    ['dotted', 'eyJ1.awul.', 'malformed not_dotted'],
    ['dotted', 'eyJ1:awul:06Hi', 'malformed not_dotted'],
  ];
  for (const [format, value, answer] of table) {
    it(`${format}: ${value} is ${answer}`, () => {
      expect(read(value, { format })).to.equal(answer);
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

  it('checks the decoded value', () => {
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
    ['looks for the end after the start', 'a.s:bc.sig', express, 'found bc'],
    ['needs the first delimiter', 'abc.sig', express, 'malformed take_not_found'],
    ['needs the second delimiter', 's:abc', express, 'malformed take_not_found'],
    ['needs something between', 's:.sig', express, 'malformed take_empty'],
    ['cuts the end alone', 'v|1|sig', { take: { after: undefined, before: '|' } }, 'found v'],
    ['cuts the start alone', 'v2.abc', { take: { after: '.', before: undefined } }, 'found abc'],
    ['leaves nothing', 'v2.', { take: { after: '.', before: undefined } }, 'malformed take_empty'],
    ['is accepted by the format', 's:ab.sig', { ...express, format: 'hex' }, 'found ab'],
    ['is put into its form by the format', 's:AB.sig', { ...express, format: 'hex' }, 'found ab'],
    ['is refused by the format', 's:xy.sig', { ...express, format: 'hex' }, 'malformed not_hex'],
    ['does not save a malformed value', 's:ab."sig"', express, 'malformed quotes_unpaired'],
  ];
  for (const [what, value, changes, answer] of table) {
    it(`${what}: ${value} is ${answer}`, () => {
      expect(read(value, changes)).to.equal(answer);
    });
  }
});
