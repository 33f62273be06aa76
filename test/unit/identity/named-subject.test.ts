import { expect } from 'chai';
import { subjectInClaims, subjectInHeader } from '../../../src/identity/named-subject.ts';
import type { NamedSubject } from '../../../src/identity/named-subject.ts';
import type { HeaderLine, RequestFacts } from '../../../src/terms/request-facts.ts';
import { requestFacts } from '../policy/request-facts.ts';

const shown = (subject: NamedSubject): string =>
  subject.kind === 'named' ? subject.name : `(${subject.kind})`;

describe('the subject that a request names', () => {
  describe('in a header of the proxy', () => {
    const lines = (...values: readonly string[]): readonly HeaderLine[] =>
      values.map((value) => ({ name: 'x-user', value }));
    const read = (headers: readonly HeaderLine[], more: Partial<RequestFacts> = {}): string =>
      shown(subjectInHeader(requestFacts('/', { headers, ...more }), 'x-user'));

    const rows: readonly (readonly [what: string, headers: readonly HeaderLine[], want: string])[] =
      [
        ['its value', lines('alice'), 'alice'],
        ['its value, with any printable characters', lines('CN=Ann Lee,O="x" / é'), '(unusable)'],
        ['nobody without the header', [], '(absent)'],
        ['nobody for an empty value', lines(''), '(absent)'],
        ['nobody for several lines', lines('alice', 'bob'), '(unusable)'],
        ['nobody for an equal line twice', lines('alice', 'alice'), '(unusable)'],
        [
          'nobody for a second line under a twin of the name',
          [...lines('alice'), { name: 'x_user', value: 'bob' }],
          '(unusable)',
        ],
        ['256 characters', lines('a'.repeat(256)), 'a'.repeat(256)],
        ['nobody for more', lines('a'.repeat(257)), '(unusable)'],
        ['nobody for a control character', lines('a\u0001b'), '(unusable)'],
      ];
    for (const [what, headers, want] of rows) {
      it(`is ${what}`, () => expect(read(headers)).to.equal(want));
    }

    it('is the same person in both forms of a check, also beyond ASCII', () => {
      const latin1 = Buffer.from('Zo\u00eb \u20ac', 'utf8').toString('latin1');
      expect(read(lines(latin1))).to.equal('Zo\u00eb \u20ac');
      expect(read(lines('Zo\u00eb \u20ac'), { linesJoined: true })).to.equal('Zo\u00eb \u20ac');
    });
  });

  describe('in a claim', () => {
    const rows: readonly (readonly [what: string, claims: object, claim: string, want: string])[] =
      [
        ['its text', { sub: 'alice' }, 'sub', 'alice'],
        ['a whole number as text', { sub: 17 }, 'sub', '17'],
        ['nobody without the claim', { sub: 'alice' }, 'user', '(absent)'],
        ['the claim of the exact name', { 'a.b': 'x', a: { b: 'y' } }, 'a.b', 'x'],
        ['else the one at the path', { a: { b: 'y' } }, 'a.b', 'y'],
        ['nobody for an empty text', { sub: '' }, 'sub', '(unusable)'],
        ['nobody for a list', { sub: ['alice'] }, 'sub', '(unusable)'],
        ['nobody for null', { sub: null }, 'sub', '(unusable)'],
        ['nobody for a fraction', { sub: 1.5 }, 'sub', '(unusable)'],
        ['nobody for half a character', { sub: '\ud800' }, 'sub', '(unusable)'],
        ['nobody for a long text', { sub: 'a'.repeat(257) }, 'sub', '(unusable)'],
        ['nobody for what every object has', {}, 'constructor', '(absent)'],
      ];
    for (const [what, claims, claim, want] of rows) {
      it(`is ${what}`, () => expect(shown(subjectInClaims({ ...claims }, claim))).to.equal(want));
    }
  });
});
